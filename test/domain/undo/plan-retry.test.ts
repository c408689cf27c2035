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
  /** Who runs, and after whom. */
  readonly runs: Readonly<Record<string, readonly string[]>>;
  readonly left?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

const only = (...names: readonly string[]): Partial<Question> => ({ asked: new Set(names.map(keyOf)), isNamed: true });

const cases: readonly Case[] = [
  {
    title: 'all that is not good runs, whatever it ended as',
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
    title: 'an edge leads through what has succeeded',
    parts: [
      { name: 'a', status: 'ROLLBACK' },
      { name: 'b', ...fine, needs: ['a'] },
      { name: 'c', ...bad, needs: ['b'] },
    ],
    runs: { a: [], c: ['a'] },
  },
  {
    title: 'an edge leads through what was not asked for, and that is said',
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
    title: 'a success that is named is told, and not run',
    parts: [
      { name: 'a', ...bad },
      { name: 'b', ...fine },
    ],
    asked: () => only('a', 'b'),
    runs: { a: [] },
    left: { b: 'Succeeded' },
  },
  {
    title: 'what hangs on UNKNOWN is left, through what is not good and not through what is',
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
    title: 'what hangs on UNKNOWN is left, also through what was not asked for',
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
    title: 'whoever wants a lock that an UNKNOWN has is left, and what hangs on it',
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
    title: 'what somebody else has changed since is left, and what hangs on it runs and is told',
    parts: [
      { name: 'a', ...bad, ...taken },
      { name: 'b', status: 'SKIPPED', needs: ['a'] },
    ],
    runs: { b: [] },
    left: { a: 'Superseded' },
    warnings: ['shared/b depends on shared/a, which is FAILED and is not retried here'],
  },
  {
    title: 'what stood there before the batch is nobody’s later change',
    parts: [{ name: 'a', ...bad, now: { batch_id: 'ZERO', since: endedAt - 1 } }],
    runs: { a: [] },
  },
  {
    title: 'what a rollback of ours has put there is no later change of others',
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
      title: `of a success of which NOW says ${JSON.stringify(now)} is ${said === undefined ? 'nothing' : 'it'} said`,
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

describe('what of a batch is tried again', () => {
  test.each(cases)('$title', ({ parts, asked, runs, left = {}, warnings = [] }) => {
    const plan = planRetry(questionOf(parts, asked?.(parts)));
    const told = plan.members.map(({ deployment: { key, dependencies } }) => [nameOf(key), dependencies.map(nameOf)]);
    expect(Object.fromEntries(told)).toEqual(runs);
    expect(Object.fromEntries(plan.left.map(({ key, reason }) => [nameOf(key), reason]))).toEqual(left);
    expect(plan.warnings).toEqual(warnings);
  });

  test('each knows what it tries again, who must have changed its target last, and its version', () => {
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

  test('somebody else who is at work at its target has not changed it yet: when they do, that has come since', () => {
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

  test('what was adopted since is left; what was adopted before is deployed over, as the plan has seen it', () => {
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

  test('what one who asks may not see is not there, and not named', () => {
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

/** Deployments that depend on some before them, each with an outcome, some of them taken over or locked by an UNKNOWN. */
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

/** What a path of what is not good, and not taken over, leads to. */
const hangsOnUnknown = (drawn: Drawn, name: string): boolean => {
  const { status, isLocked, isTaken, needs } = drawn.find((one) => one.name === name)!;
  if (status === 'SUCCESS') return false;
  if (status === 'UNKNOWN' || isLocked) return true;
  return !isTaken && needs.some((need) => hangsOnUnknown(drawn, need));
};

describe('for any graph and any outcomes', () => {
  test('a retry runs everything that is not good and not left with a true reason, and never a success', () => {
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

  test('of two that run, the one comes after the other where it did, and only there', () => {
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

  test('it rests on nothing but what it reads', () => {
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
  '%s may be tried again: %s',
  (status, expected) => expect(isNotGood(triedOf({ name: 'a', status }, 0).status)).toBe(expected),
);
