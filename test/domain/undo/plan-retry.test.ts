import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { isNotGood, planRetry, type Question, restsOn } from '../../../lib/domain/undo/plan-retry.ts';
import { endedAt, keyOf, type Part, questionOf, triedOf } from './retry-world.ts';

const bad = { status: 'FAILED' } as const;
const fine = { status: 'SUCCESS' } as const;
const lost = { status: 'UNKNOWN' } as const;
/** Somebody else has changed it since. */
const taken = { now: { batch_id: 'TWO', since: endedAt + 1, version: '3.0.0', state: 'verified' } } as const;

interface Case {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly asked?: (parts: readonly Part[]) => Partial<Question>;
  /** What runs, and after what. */
  readonly runs: Readonly<Record<string, readonly string[]>>;
  readonly left?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

const only = (...names: readonly string[]): Partial<Question> => ({ asked: new Set(names.map(keyOf)), isNamed: true });

const cases: readonly Case[] = [
  {
    title: 'everything that did not succeed runs, for any outcome',
    parts: [
      { name: 'a', ...bad },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', status: 'CANCELLED' },
      { name: 'd', status: 'ROLLBACK' },
      { name: 'e', status: 'PENDING' },
      { name: 'f', ...fine },
    ],
    runs: { a: [], b: ['a'], c: [], d: [], e: [] },
  },
  {
    title: 'an edge leads through successes',
    parts: [
      { name: 'a', status: 'ROLLBACK' },
      { name: 'b', ...fine, needs: ['a'] },
      { name: 'c', ...bad, needs: ['b'] },
    ],
    runs: { a: [], c: ['a'] },
  },
  {
    title: 'an edge leads through deployments that were not requested, with a message',
    parts: [
      { name: 'a', ...bad },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', status: 'SKIPPED', needs: ['b'] },
    ],
    asked: () => only('a', 'c'),
    runs: { a: [], c: ['a'] },
    warnings: ['shared/c depends on shared/b, which is SKIPPED and is not retried here'],
  },
  {
    title: 'a named success is reported, and does not run',
    parts: [
      { name: 'a', ...bad },
      { name: 'b', ...fine },
    ],
    asked: () => only('a', 'b'),
    runs: { a: [] },
    left: { b: 'Succeeded' },
  },
  {
    title: 'leaves what depends on UNKNOWN, through failures but not through successes',
    parts: [
      { name: 'a', ...lost },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', status: 'SKIPPED', needs: ['b'] },
      { name: 'd', ...fine, needs: ['a'] },
      { name: 'e', ...bad, needs: ['d'] },
    ],
    runs: { e: [] },
    left: { a: 'OutcomeUnknown', b: 'DependencyUnknown', c: 'DependencyUnknown' },
  },
  {
    title: 'leaves what depends on UNKNOWN, even through deployments that were not requested',
    parts: [
      { name: 'a', ...lost },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', status: 'SKIPPED', needs: ['b'] },
    ],
    asked: () => only('c'),
    runs: {},
    left: { c: 'DependencyUnknown' },
  },
  {
    title: 'leaves what needs a lock of an UNKNOWN, and its dependents',
    parts: [
      { name: 'a', ...bad },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', ...bad },
    ],
    asked: () => ({ unknownHolder: new Map([[keyOf('a'), 'x/y of batch NINE']]) }),
    runs: { c: [] },
    left: { a: 'TargetUnknown', b: 'DependencyTargetUnknown' },
  },
  {
    title: 'leaves what somebody else has changed since, and runs its dependents with a message',
    parts: [
      { name: 'a', ...bad, ...taken },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
    ],
    runs: { b: [] },
    left: { a: 'Superseded' },
    warnings: ['shared/b depends on shared/a, which is FAILED and is not retried here'],
  },
  {
    title: 'what ran before the batch is not a later change',
    parts: [{ name: 'a', ...bad, now: { batch_id: 'ZERO', since: endedAt - 1 } }],
    runs: { a: [] },
  },
  {
    title: 'what our own rollback restored is not a later change of others',
    parts: [{ name: 'a', status: 'ROLLBACK', now: { batch_id: 'BACK', since: endedAt + 1 } }],
    asked: () => ({ ours: new Set(['ONE', 'BACK']) }),
    runs: { a: [] },
  },
  ...(
    [
      [{ state: 'changing', version: '3.0.0', batch_id: 'TWO' }, 'batch TWO is deploying 3.0.0 there'],
      [{ state: 'failed', batch_id: 'TWO' }, 'batch TWO failed there and left 2.0.0'],
      [{ state: 'verified', version: '2.5.0', batch_id: 'TWO' }, 'batch TWO put 2.5.0 there'],
      [{ state: 'verified', batch_id: 'TWO' }, undefined],
      [{ state: 'restored', batch_id: 'TWO' }, undefined],
      [{ state: 'deleted', batch_id: 'TWO' }, 'batch TWO deleted it there'],
    ] as const
  ).map(
    ([now, said]): Case => ({
      title: `for a success with ${JSON.stringify(now)} in NOW, says ${said === undefined ? 'nothing' : 'so'}`,
      parts: [
        { name: 'a', ...fine, now },
        { name: 'b', ...bad, needs: ['a'] },
      ],
      runs: { b: [] },
      warnings:
        said === undefined ? [] : [`shared/b depends on shared/a, which succeeded in batch ONE with 2.0.0; ${said}`],
    }),
  ),
];

const nameOf = (key: string): string => key.slice('shared/'.length);

describe('what a retry of a batch contains', () => {
  test.each(cases)('$title', ({ parts, asked, runs, left = {}, warnings = [] }) => {
    const plan = planRetry(questionOf(parts, asked?.(parts)));
    const told = plan.members.map(({ deployment: { key, dependencies } }) => [nameOf(key), dependencies.map(nameOf)]);
    expect(Object.fromEntries(told)).toEqual(runs);
    expect(Object.fromEntries(plan.left.map(({ key, reason }) => [nameOf(key), reason]))).toEqual(left);
    expect(plan.warnings).toEqual(warnings);
  });

  test('each knows what it retries, who must have changed its target last, and its version', () => {
    const parts: readonly Part[] = [
      { name: 'a', ...bad },
      { name: 'b', ...bad },
    ];
    const question = questionOf(parts, { versions: new Map([[keyOf('b'), '2.0.1']]) });
    const { members } = planRetry({ ...question, now: new Map([...question.now].slice(0, 1)) });
    const place = (index: number) => ({ batch_id: 'ONE', index });
    expect(members.map(({ deployment }) => [deployment.docker_image_version, deployment.replay])).toEqual([
      ['2.0.0', { kind: 'retry', of: [place(0)], expects: place(0) }],
      ['2.0.1', { kind: 'retry', of: [place(1)] }],
    ]);
  });

  test('somebody else at work on its target has not changed it yet; once they do, the change counts', () => {
    const question = questionOf([{ name: 'a', ...bad }]);
    const key = keyOf('a');
    const { target } = question.now.get(key)!;
    const before = { batch_id: 'ONE', index: 0, state: 'failed', since: 1 } as const;
    const changing = { target, batch_id: 'OTHER', index: 5, state: 'changing', since: 2 } as const;
    const expects = (row: TargetRow) =>
      planRetry({ ...question, now: new Map([[key, row]]) }).members[0]?.deployment.replay?.expects;
    expect(expects({ ...changing, before })).toEqual({ batch_id: 'ONE', index: 0 });
    expect(expects(changing)).toBeUndefined();
  });

  test('leaves what was adopted since, and deploys over earlier adoptions that the plan saw', () => {
    const question = questionOf([{ name: 'a', ...bad }]);
    const key = keyOf('a');
    const { target } = question.now.get(key)!;
    const row = { target, batch_id: 'ONE', index: 0, state: 'adopted', version: '9', adopted: { by: 'ada' } } as const;
    const retried = (since: number) => planRetry({ ...question, now: new Map([[key, { ...row, since }]]) });
    expect(retried(endedAt + 1).left).toEqual([
      {
        key,
        reason: 'Superseded',
        message: 'Its target was changed since: batch ONE was the last to deploy there, and 9 was adopted since.',
      },
    ]);
    expect(retried(endedAt - 1).members[0]?.deployment.replay?.expects).toEqual({
      batch_id: 'ONE',
      index: 0,
      adopted_at: endedAt - 1,
    });
  });

  test('omits what the caller may not see, without naming it', () => {
    const parts: readonly Part[] = [
      { name: 'a', ...lost },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
      { name: 'c', ...bad },
      { name: 'd', status: 'SKIPPED', needs: ['c'] },
    ];
    const hidden = [keyOf('a'), keyOf('c')];
    const plan = planRetry(questionOf(parts, { sees: (key) => !hidden.includes(key) }));
    expect(plan.members.map(({ deployment: { key } }) => key)).toEqual([keyOf('d')]);
    expect(plan.left).toEqual([
      {
        key: keyOf('b'),
        reason: 'DependencyUnknown',
        message: 'It depends on a deployment that you may not see, which is UNKNOWN.',
      },
    ]);
    expect(JSON.stringify([plan.left, plan.warnings])).not.toMatch(/shared\/[ac]/);
  });
});

const statuses: readonly Status[] = ['SUCCESS', 'FAILED', 'SKIPPED', 'CANCELLED', 'ROLLBACK', 'UNKNOWN'];

/** Deployments with earlier dependencies, each with an outcome, some taken over or locked by an UNKNOWN. */
const worlds = fc
  .array(
    fc.record({
      status: fc.constantFrom(...statuses),
      needs: fc.array(fc.nat({ max: 11 }), { maxLength: 4 }),
      isTaken: fc.boolean(),
      isLocked: fc.boolean(),
      isAsked: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((drawn) =>
    drawn.map(({ needs, ...one }, at) => ({
      ...one,
      name: `s${at}`,
      needs: [...new Set(needs.filter((need) => need < at))].map((need) => `s${need}`),
      ...(one.isTaken ? taken : {}),
    })),
  );

type Drawn = typeof worlds extends fc.Arbitrary<infer Value> ? Value : never;

const questionFor = (drawn: Drawn, isNamed: boolean): Question =>
  questionOf(drawn, {
    isNamed,
    asked: new Set(drawn.filter(({ isAsked }) => !isNamed || isAsked).map(({ name }) => keyOf(name))),
    unknownHolder: new Map(drawn.flatMap(({ name, isLocked }) => (isLocked ? [[keyOf(name), 'x of batch NINE']] : []))),
  });

/** By following every path, one by one. */
const isReached = (drawn: Drawn, from: string, to: string): boolean =>
  drawn.find(({ name }) => name === from)!.needs.some((need) => need === to || isReached(drawn, need, to));

/** The end of a path of deployments that did not succeed and were not taken over. */
const hangsOnUnknown = (drawn: Drawn, name: string): boolean => {
  const { status, isLocked, isTaken, needs } = drawn.find((one) => one.name === name)!;
  if (status === 'SUCCESS') return false;
  if (status === 'UNKNOWN' || isLocked) return true;
  return !isTaken && needs.some((need) => hangsOnUnknown(drawn, need));
};

describe('for any graph and any outcomes', () => {
  test('a retry runs everything that did not succeed and is not left with a true reason, and never a success', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), (drawn, isNamed) => {
        const question = questionFor(drawn, isNamed);
        const { members, left } = planRetry(question);
        const runs = new Set(members.map(({ deployment }) => deployment.key));
        const reasons = new Map(left.map(({ key, reason }) => [key, reason]));
        for (const one of drawn) {
          const key = keyOf(one.name);
          if (!question.asked.has(key)) {
            expect(runs.has(key) || reasons.has(key)).toBe(false);
          } else if (one.status === 'SUCCESS') {
            expect([runs.has(key), reasons.get(key)]).toEqual([false, isNamed ? 'Succeeded' : undefined]);
          } else {
            const isUnknown = hangsOnUnknown(drawn, one.name);
            expect(runs.has(key)).toBe(!isUnknown && !one.isTaken);
            expect(reasons.get(key)?.includes('Unknown') ?? false).toBe(isUnknown);
            expect(reasons.get(key) === 'Superseded').toBe(one.isTaken && !isUnknown);
          }
        }
      }),
    );
  });

  test('keeps the order of two that run, and adds no other', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), (drawn, isNamed) => {
        const { members } = planRetry(questionFor(drawn, isNamed));
        const before = new Map(members.map(({ deployment: { key, dependencies } }) => [key, dependencies]));
        const comesAfter = (key: string, other: string): boolean =>
          before.get(key)!.some((one) => one === other || comesAfter(one, other));
        for (const one of before.keys()) {
          for (const other of before.keys()) {
            expect(comesAfter(one, other)).toBe(isReached(drawn, nameOf(one), nameOf(other)));
          }
        }
      }),
    );
  });

  test('reads nothing but its declared input', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), (drawn, isNamed) => {
        const question = questionFor(drawn, isNamed);
        const rests = new Set(restsOn(question.tried, question.asked).map(({ deployment }) => deployment.key));
        const read = new Map([...question.now].filter(([key]) => rests.has(key)));
        const held = new Map([...question.unknownHolder].filter(([key]) => rests.has(key)));
        expect(planRetry({ ...question, now: read, unknownHolder: held })).toEqual(planRetry(question));
      }),
    );
  });
});

test.each(statuses.map((status) => [status, status !== 'SUCCESS' && status !== 'UNKNOWN'] as const))(
  '%s may be retried: %s',
  (status, expected) => expect(isNotGood(triedOf({ name: 'a', status }, 0).status)).toBe(expected),
);
