import { describe, expect, test } from 'vitest';
import { hideIn } from '../../../lib/domain/grants/hide.ts';
import { groupStills, isStuck, type Still, stuckAfter, stuckCauses } from '../../../lib/domain/stuck/still.ts';
import { tellStuck } from '../../../lib/domain/stuck/stuck.ts';
import { groupOf, other, own, since, toldCases } from './groups.ts';

const about = { batch_id: own, submitted_by: 'ada', secondPerson: new Set<string>() };

describe('what is stuck', () => {
  test.each(toldCases)('$cause for $waits_for', ({ message, who, command, ...told }) => {
    const stuck = tellStuck(groupOf(told as (typeof toldCases)[number]), about);
    expect([stuck.message, stuck.who, stuck.command]).toEqual([message, who, command]);
    expect(stuck).toMatchObject({ what: told.cause, since: '2026-11-30T03:00:00.000Z', count: told.count ?? 1 });
  });

  test('describes every cause', () => {
    expect(new Set(toldCases.map(({ cause }) => cause))).toEqual(new Set(stuckCauses));
  });

  test('says who does not count if a second person is needed', () => {
    const stuck = tellStuck(groupOf(toldCases[0]!), { ...about, secondPerson: new Set(['uat']) });
    expect(stuck.who).toBe('a person who may resolve risk in uat, and is not ada, who submitted the batch');
  });

  test.each(['unknown-elsewhere', 'lock'])('%s: does not mention a batch that the reader may not see', (cause) => {
    const group = groupOf(toldCases.find((one) => one.cause === cause)!);
    const shown = hideIn(group, { isKey: () => false, isHolder: () => true });
    const { holders: _, ...told } = { ...tellStuck(shown, about), holders: [] };
    expect(JSON.stringify(told)).not.toContain(other);
    expect(told.message).toContain('another deployment');
    expect(told).not.toHaveProperty('command');
  });
});

const still = (patch: Partial<Still>): Still => ({
  cause: 'lock',
  index: 0,
  key: 'a/b',
  waits_for: 'x',
  since,
  ...patch,
});

describe('reports deployments with the same obstacle once', () => {
  test('with the longest wait, the first keys, and the total', () => {
    const stills = Array.from({ length: 9 }, (_, at) => still({ index: at, key: `a/s${at}`, since: since - at }));
    expect(groupStills(stills)).toMatchObject([
      { count: 9, since: since - 8, keys: ['a/s0', 'a/s1', 'a/s2', 'a/s3', 'a/s4'] },
    ]);
  });

  test('first those that somebody can act on', () => {
    const groups = groupStills([still({}), still({ cause: 'unknown' }), still({ cause: 'hold' })]);
    expect(groups.map(({ cause }) => cause)).toEqual(['unknown', 'hold', 'lock']);
  });

  test('looks up the start of some of those that others hold, each once', () => {
    const holders = Array.from({ length: 30 }, (_, index) => ({ batch_id: other, index: index % 15 }));
    expect(groupStills([still({ holders }), still({ holders })])[0]!.holders).toHaveLength(10);
  });
});

test.each([
  ['lock', stuckAfter - 1, false],
  ['lock', stuckAfter, true],
  ['cluster', stuckAfter - 1, false],
  ['dispatcher', stuckAfter, true],
  ['unknown', 0, true],
  ['person', 0, true],
  ['proceed', 0, true],
  ['hold', 0, true],
  ['circuit', 0, false],
] as const)('%s after %i ms: stuck %s', (cause, after, expected) => {
  expect(isStuck({ cause, since }, since + after)).toBe(expected);
});
