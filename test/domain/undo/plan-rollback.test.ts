import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import type { Effect } from '../../../lib/domain/undo/done.ts';
import { planRollback, type RollbackPlan, type UndoNode } from '../../../lib/domain/undo/plan-rollback.ts';
import { simulated } from '../batch/reading.ts';
import { randomGraph } from '../plan/random-graph.ts';
import { asking, doneIn, nodesOf, releaseOf } from './undo-graph.ts';

/** For example `s2 < s1 s3`: s2 is rolled back after these. */
const orderOf = ({ members }: RollbackPlan): readonly string[] =>
  members.map(({ key, waits_for, forced }) =>
    [short(key), ...(forced ? ['!'] : []), ...(waits_for.length === 0 ? [] : ['<', ...waits_for.map(short)])].join(' '),
  );
const short = (key: string): string => key.replace('shared/', '');
const leftOf = ({ left }: RollbackPlan): readonly string[] => left.map(({ key, reason }) => `${short(key)} ${reason}`);

const now = (batchId: string, fields: Partial<TargetRow> = {}): TargetRow => ({
  target: 'staging/cluster-eu-1/shared/s1',
  infrastructure_id: 'cluster-eu-1',
  batch_id: batchId,
  index: 0,
  state: 'verified',
  version: '2.0.0',
  since: 1,
  ...fields,
});

const one = (fields: Partial<UndoNode>): UndoNode => ({ ...nodesOf(['changed'])[0]!, ...fields });

describe("the order is the batch's, reversed", () => {
  const rows: readonly (readonly [string, Parameters<typeof nodesOf>, readonly string[], readonly string[]])[] = [
    ['dependents go first', [['changed'], ['changed', 1]], ['s2', 's1 < s2'], []],
    [
      'passes through deployments with nothing to do',
      [['changed'], ['nothing', 1], ['restored', 2], ['changed', 3]],
      ['s4', 's1 < s4'],
      ['s3 AlreadyRestored', 's2 NothingChanged'],
    ],
    [
      'waits for each once',
      [['changed'], ['nothing', 1], ['nothing', 1], ['changed', 2, 3]],
      ['s4', 's1 < s4'],
      ['s3 NothingChanged', 's2 NothingChanged'],
    ],
    ['what was already rolled back is done', [['changed'], ['returned', 1]], ['s1'], ['s2 AlreadyRestored']],
    [
      'what an UNKNOWN depends on stays',
      [['changed'], ['changed', 1], ['unknown', 2], ['changed']],
      ['s4'],
      ['s3 OutcomeUnknown', 's2 DependentNotRolledBack', 's1 DependentNotRolledBack'],
    ],
    [
      'even through deployments with nothing to do',
      [['changed'], ['nothing', 1], ['unknown', 2]],
      [],
      ['s3 OutcomeUnknown', 's2 NothingChanged', 's1 DependentNotRolledBack'],
    ],
    [
      'what has not ended stays, and so do its dependencies',
      [['changed'], ['open', 1]],
      [],
      ['s2 StillRuns', 's1 DependentNotRolledBack'],
    ],
  ];
  test.each(rows)('%s', (_, nodes, order, left) => {
    const plan = planRollback(asking(nodesOf(...nodes)));
    expect(orderOf(plan)).toEqual(order);
    expect(leftOf(plan)).toEqual(left);
  });
});

describe('named and forced deployments', () => {
  const chain = nodesOf(['changed'], ['changed', 1], ['unknown', 2]);
  const stack = nodesOf(['changed'], ['changed', 1], ['changed', 2]);

  test('force rolls back what an UNKNOWN depends on, and its dependencies wait for it', () => {
    const plan = planRollback(asking(chain, { force: ['shared/s2'] }));
    expect(orderOf(plan)).toEqual(['s2 !', 's1 < s2']);
    expect(leftOf(plan)).toEqual(['s3 OutcomeUnknown']);
  });

  test('nobody can force an UNKNOWN itself', () => {
    expect(leftOf(planRollback(asking(chain, { force: ['shared/s3'] })))).toContain('s3 OutcomeUnknown');
  });

  test('a named deployment with an unnamed dependent is left, with a message', () => {
    const plan = planRollback(asking(stack, { only: ['shared/s1', 'shared/s3'] }));
    expect(orderOf(plan)).toEqual(['s3']);
    expect(plan.left).toEqual([
      {
        key: 'shared/s1',
        target: 'staging/cluster-eu-1/shared/s1',
        reason: 'DependentNotRolledBack',
        message: 'shared/s2 depends on it and is not named. To roll it back anyway, name it with force.',
        version: '2.0.0',
      },
    ]);
  });

  test('a forced deployment is named as such, and keeps its place in the order', () => {
    const plan = planRollback(asking(stack, { only: ['shared/s3'], force: ['shared/s1'] }));
    expect(orderOf(plan)).toEqual(['s3', 's1 ! < s3']);
  });

  test('a dependent with nothing to go back to strands nobody', () => {
    const first = one({ done: [without('previous', 2)], key: 'shared/s2' });
    const plan = planRollback(asking(nodesOf(['changed'], [first, 1])));
    expect([orderOf(plan), leftOf(plan)]).toEqual([['s1'], ['s2 NoPreviousVersion']]);
  });
});

describe('why a target is left', () => {
  const rows: readonly (readonly [string, Partial<UndoNode>, string])[] = [
    [
      'somebody changed it since',
      { now: now('LATER', { version: '3.0.0' }) },
      'Superseded: Batch LATER has changed it since: version 3.0.0.',
    ],
    [
      "somebody's change to it was adopted",
      { now: now('A', { state: 'adopted', version: '9', adopted: { by: 'ada' } }) },
      'Superseded: Somebody has changed it since (version 9), and that was adopted by ada. To take that back too, roll this target back alone.',
    ],
    [
      'somebody deleted it, and that was adopted',
      { now: now('A', { state: 'deleted', adopted: { by: 'ada' } }) },
      'Superseded: Somebody has changed it since, and that was adopted by ada. To take that back too, roll this target back alone.',
    ],
    [
      'somebody works there for the first time',
      { now: now('LATER', { state: 'changing' }) },
      'Superseded: Batch LATER is deploying there: version 2.0.0.',
    ],
    [
      'somebody else set another image',
      { done: [doneIn('A', 1, 'replaced')] },
      'Superseded: What runs there is neither what the batch deployed nor what was there before: somebody else set it.',
    ],
    [
      'the earlier release is unknown',
      { done: [without('previous')] },
      'NoPreviousVersion: There is no known good previous release.',
    ],
    [
      'the same version ran before',
      { done: [{ ...without('previous'), same: true as const }] },
      'NothingChanged: Version 2.0.0 was already running there.',
    ],
    [
      'it says so',
      { done: [doneIn('A', 1, 'changed', { never: true })] },
      'StrategyNone: Its rollback_strategy is none.',
    ],
    [
      'it is a Job',
      { done: [doneIn('A', 1, 'changed', { once: true })] },
      'JobNotRunAgain: It is a Job: jobs run once, and the previous one is not run again.',
    ],
    [
      'it was rolled back',
      { done: [doneIn('A', 1, 'returned', { returned_by: 'R' })] },
      'AlreadyRestored: Batch R has rolled it back.',
    ],
    [
      'a failed retry restored the earlier release',
      { done: [doneIn('A', 1, 'changed'), doneIn('B', 1, 'restored')] },
      'AlreadyRestored: The previous release was restored when it failed.',
    ],
    [
      'a retry went elsewhere',
      { done: [doneIn('A', 1, 'changed'), doneIn('B', 1, 'changed', { target: 'staging/us/shared/s1' })] },
      'NotConfigured: Batch B tried it again at another target, staging/us/shared/s1: roll that batch back by itself.',
    ],
  ];
  test.each(rows)('%s', (_, fields, said) => {
    const { left, members } = planRollback(asking([one(fields)], { ours: new Set(['A', 'B']) }));
    expect(members).toEqual([]);
    expect(left.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([said]);
  });

  test.each([
    ['environment', { environments: {} }, 'The configuration no longer has the environment staging.'],
    ['cluster', { clusters: {} }, 'The configuration no longer has the cluster cluster-eu-1.'],
    [
      'place of the environment',
      { environments: { staging: { infrastructures: ['us'] } } },
      'Environment staging may no longer run on cluster-eu-1.',
    ],
    [
      'account',
      { harness: { simulated: true, account: 'other' } },
      `It was deployed by the account harness:${simulated.harness?.account}, which the configuration no longer has.`,
    ],
  ])('the %s is not configured any more', (_, fields, message) => {
    const { left } = planRollback(asking([one({})], { catalogue: { ...simulated, ...fields } }));
    expect(left).toMatchObject([{ reason: 'NotConfigured', message }]);
  });
});

describe('where it goes back, and what that undoes', () => {
  const of = (fields: Partial<UndoNode>) =>
    planRollback(asking([one(fields)], { ours: new Set(['A', 'B', 'R']) })).members[0];

  test('goes back to what the first change found, and undoes all changes of the batch', () => {
    const done = [
      doneIn('A', 1, 'changed'),
      doneIn('B', 1, 'changed', { version: '2.0.1', previous: releaseOf(1, '2.0.0') }),
    ];
    expect(of({ done, now: now('B', { version: '2.0.1' }) })).toEqual({
      key: 'shared/s1',
      target: 'staging/cluster-eu-1/shared/s1',
      from: '2.0.1',
      to: releaseOf(1, '1.0.0'),
      of: [
        { batch_id: 'A', index: 0 },
        { batch_id: 'B', index: 0 },
      ],
      expects: { batch_id: 'B', index: 0 },
      waits_for: [],
    });
  });

  test('a retry that changed nothing is not undone', () => {
    expect(of({ done: [doneIn('A', 1, 'changed'), doneIn('B', 1, 'nothing')] })?.of).toEqual([
      { batch_id: 'A', index: 0 },
    ]);
  });

  test('a retry that restored what the batch had deployed leaves that to be undone', () => {
    const done = [doneIn('A', 1, 'changed'), doneIn('B', 1, 'restored', { previous: releaseOf(1, '2.0.0') })];
    expect(of({ done })).toMatchObject({ to: { version: '1.0.0' }, of: [{ batch_id: 'A' }] });
  });

  test('somebody at work there may change nothing: what ran before counts', () => {
    const before = { batch_id: 'A', index: 0, state: 'verified', version: '2.0.0', since: 1 } as const;
    expect(of({ now: now('LATER', { state: 'changing', before }) })?.expects).toEqual({ batch_id: 'A', index: 0 });
  });

  test('an earlier failed rollback there does not count as somebody else', () => {
    expect(of({ now: now('R', { state: 'failed' }) })?.expects).toEqual({ batch_id: 'R', index: 0 });
  });
});

const effects: readonly Effect[] = [
  'nothing',
  'changed',
  'changed',
  'changed',
  'restored',
  'returned',
  'replaced',
  'unknown',
];

describe('laws', () => {
  const drawn = fc.record({
    graph: randomGraph,
    effects: fc.array(fc.constantFrom(...effects), { minLength: 30, maxLength: 30 }),
    later: fc.array(fc.nat(29), { maxLength: 4 }),
    force: fc.array(fc.nat(29), { maxLength: 3 }),
    only: fc.option(fc.array(fc.nat(29), { minLength: 1, maxLength: 8 }), { nil: undefined, freq: 2 }),
  });

  /** A node by its place in an order where dependencies have smaller places. */
  const nodesFrom = ({
    graph,
    effects,
    later,
  }: typeof drawn extends fc.Arbitrary<infer T> ? T : never): readonly UndoNode[] => {
    const order: number[] = [];
    const visit = (node: number): void => {
      if (order.includes(node)) return;
      for (const dependency of graph.dependencies[node]!) visit(dependency);
      order.push(node);
    };
    graph.dependencies.forEach((_, node) => {
      visit(node);
    });
    return order.map((node, place) => ({
      key: `shared/s${place + 1}`,
      dependencies: graph.dependencies[node]!.map((dependency) => order.indexOf(dependency)),
      done: [doneIn('A', place + 1, effects[place]!)],
      now: later.includes(place) ? now('LATER') : undefined,
    }));
  };

  test('each is a member or left, once; nothing is rolled back before all its dependents', () => {
    fc.assert(
      fc.property(drawn, (world) => {
        const nodes = nodesFrom(world);
        const keysOf = (places: readonly number[]): string[] =>
          places.filter((place) => place < nodes.length).map((place) => nodes[place]!.key);
        const only = world.only === undefined ? undefined : keysOf(world.only);
        const force = keysOf(world.force);
        const plan = planRollback(asking(nodes, { only, force }));
        const told = [...plan.members, ...plan.left].map(({ key }) => key);
        expect(told.toSorted()).toEqual(
          nodes
            .map(({ key }) => key)
            .filter((key) => only === undefined || [...only, ...force].includes(key))
            .toSorted(),
        );
        const members = new Map(plan.members.map((member) => [member.key, member]));
        const left = new Map(plan.left.map((one) => [one.key, one.reason]));
        const above = (node: number): readonly number[] =>
          nodes.flatMap(({ dependencies }, other) => (dependencies.includes(node) ? [other, ...above(other)] : []));
        nodes.forEach(({ key }, node) => {
          const member = members.get(key);
          const dependents = [...new Set(above(node))];
          if (member === undefined) {
            // The reason is true: something that depends on it stays and nobody has undone it.
            if (left.get(key) === 'DependentNotRolledBack') {
              expect(
                dependents.some(
                  (other) =>
                    !members.has(nodes[other]!.key) && !['nothing', 'returned'].includes(nodes[other]!.done[0]!.effect),
                ),
              ).toBe(true);
            }
            return;
          }
          // It waits for every dependent that is rolled back, directly or through another.
          const waited = new Set<string>();
          const wait = (one: string): void => {
            for (const other of members.get(one)!.waits_for)
              if (!waited.has(other)) {
                waited.add(other);
                wait(other);
              }
          };
          wait(key);
          for (const other of dependents)
            if (members.has(nodes[other]!.key)) expect(waited).toContain(nodes[other]!.key);
          if (!force.includes(key)) {
            for (const other of dependents.filter((one) => nodes[one]!.dependencies.includes(node))) {
              expect(['OutcomeUnknown', 'DependentNotRolledBack']).not.toContain(left.get(nodes[other]!.key));
            }
          }
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe('10,000 deployments', () => {
  const size = 10_000;
  const many = (
    effectOf: (n: number) => Effect,
    dependenciesOf: (n: number) => readonly number[],
  ): readonly UndoNode[] =>
    nodesOf(
      ...Array.from({ length: size }, (_, place) => [effectOf(place + 1), ...dependenciesOf(place + 1)] as const),
    );

  test('a hub is rolled back after the 9,999 that depend on it', () => {
    const { members } = planRollback(
      asking(
        many(
          () => 'changed',
          (n) => (n === 1 ? [] : [1]),
        ),
      ),
    );
    expect(members.at(-1)!.waits_for).toHaveLength(size - 1);
  });

  test('a chain through thousands with nothing to do is one edge', () => {
    const { members } = planRollback(
      asking(
        many(
          (n) => (n === 1 || n === size ? 'changed' : 'nothing'),
          (n) => (n === 1 ? [] : [n - 1]),
        ),
      ),
    );
    expect(orderOf({ members, left: [] })).toEqual([`s${size}`, `s1 < s${size}`]);
  });

  test('does not walk thousands of skipped deployments above the changed ones', () => {
    const layer = (n: number): readonly number[] =>
      n <= 100 ? [] : Array.from({ length: 10 }, (_, k) => n - 100 - k).filter((m) => m > 0);
    expect(planRollback(asking(many((n) => (n <= 5_000 ? 'changed' : 'nothing'), layer))).members).toHaveLength(5_000);
  });

  test('refuses in a sentence if everything depends on everything through a hub with nothing to do', () => {
    const nodes = many(
      (n) => (n === 5_000 ? 'nothing' : 'changed'),
      (n) => (n < 5_000 ? [] : n === 5_000 ? Array.from({ length: 4_999 }, (_, k) => k + 1) : [5_000]),
    );
    expect(() => planRollback(asking(nodes))).toThrow('Roll it back in parts, by naming deployments with only.');
  });
});

function without(field: 'previous', n = 1) {
  const { [field]: _, ...rest } = doneIn('A', n, 'changed');
  return rest;
}
