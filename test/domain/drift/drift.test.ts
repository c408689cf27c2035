import { describe, expect, test } from 'vitest';
import { sinceMark } from '../../../lib/domain/drift/adopt.ts';
import {
  decideAfterLook,
  driftSentence,
  hashOfDrift,
  isAsMarked,
  type SeenDrift,
} from '../../../lib/domain/drift/drift.ts';
import type { DriftMark } from '../../../lib/domain/drift/drift-mark.ts';
import { driftOfImage } from '../../../lib/domain/drift/image-drift.ts';
import { driftOfObject, type FieldDrift } from '../../../lib/domain/drift/object-drift.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';

const entry = (manager: string, operation: string, fieldsV1: JsonObject, more: JsonObject = {}): JsonObject => ({
  manager,
  operation,
  fieldsV1,
  ...more,
});

const containers = (fields: JsonObject): JsonObject => ({
  'f:spec': {
    'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:name': {}, ...fields } } } },
  },
});

const deployment = (
  image: string,
  replicas: number,
  managedFields: readonly JsonObject[],
  env: string = 'a',
): JsonObject => ({
  metadata: { name: 'web', annotations: { 'flotilla.dev/attempt': image }, managedFields },
  spec: { replicas, template: { spec: { containers: [{ name: 'app', image, env: [{ name: 'A', value: env }] }] } } },
});

const replicas: JsonObject = { 'f:replicas': {} };
const own = (fields: JsonObject): JsonObject =>
  entry('flotilla', 'Apply', {
    'f:metadata': { 'f:annotations': { 'f:flotilla.dev/attempt': {} } },
    'f:spec': {
      ...fields,
      ...(containers({ 'f:image': {}, 'f:env': { 'k:{"name":"A"}': { 'f:value': {} } } })['f:spec'] as JsonObject),
    },
  });
const applied = deployment('web:1', 2, [own(replicas)]);

const withoutImage = entry('flotilla', 'Apply', {
  'f:spec': {
    ...replicas,
    ...(containers({ 'f:env': { 'k:{"name":"A"}': { 'f:value': {} } } })['f:spec'] as JsonObject),
  },
});

describe('what somebody changed in the applied objects', () => {
  test.each<[what: string, live: JsonObject | undefined, expected: readonly FieldDrift[]]>([
    ['nothing', applied, []],
    [
      'an image, with its current owner, the latest first',
      deployment('web:9', 2, [
        withoutImage,
        entry('ci', 'Update', containers({ 'f:image': {} }), { time: '2026-11-30T08:00:00Z' }),
        entry('kubectl-set', 'Update', containers({ 'f:image': {} }), { time: '2026-11-30T09:00:00Z' }),
      ]),
      [
        {
          object: 'deployment shop/web',
          path: 'spec.template.spec.containers[name=app].image',
          from: 'web:1',
          to: 'web:9',
          manager: 'kubectl-set',
        },
      ],
    ],
    [
      'replicas, through the scale subresource',
      deployment('web:1', 5, [own({}), entry('kubectl', 'Update', { 'f:spec': replicas }, { subresource: 'scale' })]),
      [{ object: 'deployment shop/web', path: 'spec.replicas', from: '2', to: '5', manager: 'kubectl' }],
    ],
    [
      'no replicas that an autoscaler sets through the scale subresource',
      deployment('web:1', 5, [
        own({}),
        entry('kube-controller-manager', 'Update', { 'f:spec': replicas }, { subresource: 'scale' }),
      ]),
      [],
    ],
    [
      'not a new owner who changed nothing',
      deployment('web:1', 2, [own({}), entry('x', 'Update', { 'f:spec': replicas })]),
      [],
    ],
    [
      'a missing field',
      {
        metadata: { managedFields: [own({})] },
        spec: {
          template: { spec: { containers: [{ name: 'app', image: 'web:1', env: [{ name: 'A', value: 'a' }] }] } },
        },
      },
      [{ object: 'deployment shop/web', path: 'spec.replicas', from: '2' }],
    ],
    [
      'not fields that others added',
      {
        ...applied,
        metadata: {
          managedFields: [own(replicas), entry('mesh', 'Update', { 'f:metadata': { 'f:labels': { 'f:mesh': {} } } })],
          labels: { mesh: 'on' },
        },
      },
      [],
    ],
    [
      'not its status, which a controller writes',
      {
        ...applied,
        metadata: {
          managedFields: [
            own(replicas),
            entry('kube-controller-manager', 'Update', { 'f:status': {} }, { subresource: 'status' }),
          ],
        },
      },
      [],
    ],
    ['a missing object', undefined, [{ object: 'deployment shop/web' }]],
  ])('%s', (_, live, expected) => {
    expect(driftOfObject({ name: 'deployment shop/web', applied, live })).toEqual(expected);
  });

  test('truncates a long value', () => {
    const [one] = driftOfObject({
      name: 'x',
      applied,
      live: deployment('w'.repeat(500), 2, [withoutImage]),
    });
    expect(one?.to).toMatch(/^w{200}… \(500 characters, SHA-256 [0-9a-f]{16}\)$/);
  });
});

describe('an image that another tool deployed', () => {
  const workload = { kind: 'deployment', name: 'web', namespace: 'shop' } as const;
  const live = (...images: readonly string[]): JsonObject => ({
    metadata: {
      managedFields: [
        entry('kubectl-edit', 'Update', {
          'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c0"}': { 'f:image': {} } } } } },
        }),
      ],
    },
    spec: { template: { spec: { containers: images.map((image, at) => ({ name: `c${at}`, image })) } } },
  });
  test.each<[what: string, JsonObject | undefined, FieldDrift | undefined]>([
    ['runs', live('reg/web:1', 'side:1'), undefined],
    ['is spelled differently', live('docker.io/reg/web:1'), undefined],
    [
      'is a different one',
      live('reg/web:2', 'side:1'),
      { object: 'd', path: 'containers[name=c0].image', from: 'reg/web:1', to: 'reg/web:2', manager: 'kubectl-edit' },
    ],
    ['is unknown, because any container may have had it', live('a:1', 'b:1'), undefined],
    ['is gone with its workload', undefined, { object: 'd' }],
  ])('%s', (_, one, expected) => {
    const drift = driftOfImage({ name: 'd', workload, image: 'reg/web:1', live: one });
    expect(drift).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe('a difference counts', () => {
  const now: TargetRow = { target: 'e/c/p/s', batch_id: 'B', index: 1, state: 'verified', since: 5 };
  const fields: readonly FieldDrift[] = [{ object: 'o', path: 'p', from: '1', to: '2', manager: 'm' }];
  const seen: SeenDrift = {
    target: now.target,
    batch_id: 'B',
    index: 1,
    now_since: 5,
    hash: hashOfDrift(fields),
    at: 10,
  };
  const mark = { since: 10, fields, count: 1, hash: hashOfDrift(fields) };

  test.each<[what: string, look: Parameters<typeof decideAfterLook>[0], expected: ReturnType<typeof decideAfterLook>]>([
    ['only when seen for the second time', { now, fields, seen: undefined, at: 20 }, { remember: { ...seen, at: 20 } }],
    ['then it is marked, since it was first seen', { now, fields, seen, at: 20 }, { remember: seen, mark }],
    ['once', { now: { ...now, drift: mark }, fields, seen, at: 30 }, { remember: seen }],
    [
      'of the same deployment',
      { now: { ...now, since: 6 }, fields, seen, at: 20 },
      { remember: { ...seen, now_since: 6, at: 20 } },
    ],
    [
      'of the same fields',
      { now, fields, seen: { ...seen, hash: 'other' }, at: 20 },
      { remember: { ...seen, at: 20 } },
    ],
    [
      'and is over at once',
      { now: { ...now, drift: mark }, fields: [], seen, at: 30 },
      { remember: undefined, mark: 'clear' },
    ],
    ['writes nothing if there was none', { now, fields: [], seen: undefined, at: 30 }, { remember: undefined }],
    [
      'another one keeps the time of the first',
      { now: { ...now, drift: { ...mark, since: 3, fields: [], hash: 'other' } }, fields, seen, at: 30 },
      { remember: seen, mark: { ...mark, since: 3 } },
    ],
  ])('%s', (_, look, expected) => {
    expect(decideAfterLook(look)).toEqual(expected);
  });

  /** More than a mark lists. */
  const many = (last: string): readonly FieldDrift[] =>
    Array.from({ length: 12 }, (_, at) => ({ object: 'o', path: `p${at}`, from: '1', to: at === 11 ? last : '2' }));
  const ofMany = { since: 10, fields: many('2').slice(0, 10), count: 12 };
  const whole = { ...ofMany, hash: hashOfDrift(many('2')) };
  const { hash: _, ...earlier } = mark;
  test.each<[what: string, mark: DriftMark, fields: readonly FieldDrift[], isSame: boolean]>([
    ['everything in the mark', whole, many('2'), true],
    ['another value of a field that the mark does not list', whole, many('3'), false],
    ['one more', whole, [...many('2'), ...fields], false],
    ['what a mark of an earlier version lists', earlier, fields, true],
    ['something other than such a mark lists', earlier, many('2'), false],
    ['what such a mark does not list', ofMany, many('2'), false],
  ])('as it was marked, or not: %s', (_, mark, fields, isSame) => {
    expect(isAsMarked(mark, fields)).toBe(isSame);
  });

  test('a change of another field past the tenth is marked again', () => {
    const hash = hashOfDrift(many('3'));
    const look = { now: { ...now, drift: whole }, fields: many('3'), seen: { ...seen, hash }, at: 30 };
    expect(decideAfterLook(look).mark).toMatchObject({ since: 10, count: 12, hash });
  });

  test.each<[what: string, mark: DriftMark, fields: readonly FieldDrift[], says: string]>([
    ['new fields', mark, [...fields, { object: 'o', path: 'q', to: '1' }], 'o: q was not there, and is 1'],
    ['fields that are gone', { ...mark, count: 1 }, [], 'some of it is as it was deployed again'],
    [
      'no more than is known',
      whole,
      many('3'),
      'only the first 10 of 12 differences are named there, and they have changed',
    ],
  ])('says when the difference has changed since: %s', (_, mark, fields, says) => {
    expect(sinceMark(mark, fields)).toBe(says);
  });

  test('is described in a sentence', () => {
    expect(driftSentence('e/c/p/s', { ...mark, count: 3 })).toBe(
      'e/c/p/s is not as it was deployed: o: p was 1, and is 2 (m), and 2 more.',
    );
    expect(driftSentence('t', { since: 1, count: 1, fields: [{ object: 'o' }] })).toBe(
      't is not as it was deployed: o is gone.',
    );
  });
});
