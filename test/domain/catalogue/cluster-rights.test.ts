import { describe, expect, test } from 'vitest';
import { listingsOf } from '../../../lib/adapters/cluster-view.ts';
import { verifiableKinds } from '../../../lib/domain/catalogue/catalogue.ts';
import { linesForRole, nameOfRight, rightOf, wantedRights } from '../../../lib/domain/catalogue/cluster-rights.ts';
import {
  isFresh,
  type NotedRights,
  neededFor,
  noteRights,
  rightsSentences,
} from '../../../lib/domain/catalogue/noted-rights.ts';

const services = { risk: Object.fromEntries(verifiableKinds.map((kind) => [kind, { kind, name: kind }])) };

test.each(wantedRights({ services }).map((right) => [nameOfRight(right), right] as const))(
  'a right has a name that leads back to it: %s',
  (name, right) => expect(rightOf(name)).toEqual(right),
);

const gateway = { api_version: 'gateway.networking.k8s.io/v1', plural: 'gateways' };
const objects = [
  ...[...verifiableKinds, 'pod' as const].filter((kind) => kind !== 'custom').map((kind) => ({ kind })),
  ...[gateway, { api_version: 'v1', plural: 'configmaps' }].map((resource) => ({ kind: 'custom' as const, resource })),
];

test.each(objects)('the list for %j has exactly the rights it needs', (object) => {
  const paths = listingsOf([{ ...object, name: 'a', namespace: 'n' }]).flatMap((stage) =>
    stage.map(({ path }) => path),
  );
  const names = paths.map((path) => {
    const [, group = '', resource] = /^\/apis?\/(?:([^/]+)\/)?v[^/]+\/namespaces\/n\/(.+)$/.exec(path)!;
    return nameOfRight({ verb: 'list', group, resource: resource! });
  });
  expect(neededFor(object, names)).toEqual(names);
  expect(neededFor(object, [])).toEqual([]);
  const rules = wantedRights({ services: { risk: { a: { ...object, name: 'a' } } } }).map(nameOfRight);
  expect(names.filter((name) => !rules.includes(name))).toEqual([]);
});

test('a role has as few rules as possible', () => {
  const names = ['list deployments.apps', 'watch deployments.apps', 'watch jobs.batch', 'watch pods', 'watch events'];
  expect(linesForRole(names.map(rightOf))).toEqual([
    '- {apiGroups: [apps], resources: [deployments], verbs: [list, watch]}',
    '- {apiGroups: [batch], resources: [jobs], verbs: [watch]}',
    '- {apiGroups: [""], resources: [pods, events], verbs: [watch]}',
  ]);
});

describe('the answer of a cluster', () => {
  const whole = (at: number) => ({ at, missing: [] });

  test('is kept for the latest 30 namespaces', () => {
    let noted: NotedRights | undefined;
    for (let at = 0; at < 40; at += 1) noted = noteRights(noted, `n${at}`, whole(at));
    expect(Object.keys(noted!)).toHaveLength(30);
    expect([noted!.n9, noted!.n10, noted!.n39]).toEqual([undefined, whole(10), whole(39)]);
    expect(noteRights(noted, 'n39', whole(99)).n39).toEqual(whole(99));
  });

  test.each([
    [[], 3_599_999, true],
    [[], 3_600_000, false],
    [['watch pods'], 59_999, true],
    [['watch pods'], 60_000, false],
  ])('with %j missing, after %d ms, is fresh: %s', (missing, now, expected) => {
    expect(isFresh({ at: 0, missing }, now)).toBe(expected);
  });

  test.each<[NotedRights, readonly string[]]>([
    [{ a: whole(1) }, []],
    [
      { b: { at: 1, missing: ['watch pods', 'list events'] }, a: { at: 2, missing: ['watch pods', 'list events'] } },
      [
        'Cluster eu-1 does not let us watch pods and list events in namespaces a, b: it is polled every second instead, events are not shown. flotilla cluster-role eu-1 | kubectl apply -f - gives all of it; what its role lacks is - {apiGroups: [""], resources: [pods], verbs: [watch]} - {apiGroups: [""], resources: [events], verbs: [list]}. It said so at 1970-01-01T00:00:00.001Z, and is asked again by the next deployment there',
      ],
    ],
    [
      { a: { at: 1, missing: ['list pods', 'get pods/log', 'get services/proxy', 'delete pods'] } },
      [
        expect.stringMatching(
          /^Cluster eu-1 does not let us list pods and get pods\/log, services\/proxy and delete pods in namespace a: what cannot be listed there cannot be deployed, logs are not shown, health checks through its API server fail, unblock deletes nothing\. /,
        ),
      ],
    ],
  ])('is shown in sentences: %j', (noted, sentences) => {
    expect(rightsSentences('eu-1', noted)).toEqual(sentences);
  });
});
