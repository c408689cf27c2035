import { describe, expect, it } from 'vitest';
import { type AskedHold, checkHold, type HoldFacts } from '../../../lib/domain/holds/check-hold.ts';
import { durationOf, instantOf } from '../../../lib/domain/holds/hold-times.ts';
import type { HeaderRow } from '../../../lib/domain/record/rows.ts';

const now = Date.UTC(2026, 10, 30, 6);
const hour = 3_600_000;
const day = 24 * hour;

const catalogue = {
  pillars: { risk: {}, clearing: {} },
  services: { risk: { cva: {}, 'limit-check': {} }, clearing: { 'trade-intake': {} } },
  environments: { uat: {}, production: {} },
  clusters: { 'eu-1': {}, 'us-1': {} },
  infrastructures: { 'cluster-eu': { cluster: 'eu-1' } },
} as unknown as HoldFacts['catalogue'];

const batch = { batch_id: '01BATCH', created_at: now - 2 * day } as HeaderRow;
const facts: HoldFacts = { catalogue, batch, now };
const asked: AskedHold = { scope: {}, reason: 'a freeze', rollbacks: false };

const problemsOf = (change: Partial<AskedHold>, more: Partial<HoldFacts> = {}): readonly string[] => {
  const checked = checkHold({ ...asked, ...change }, { ...facts, ...more });
  return 'problems' in checked ? checked.problems.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe('a requested hold', () => {
  it.each<readonly [string, Partial<AskedHold>, number | undefined]>([
    ['on everything, until somebody lifts it', {}, undefined],
    ['on an environment', { scope: { environment: 'uat' } }, undefined],
    ['on a service in its pillar', { scope: { service: 'risk/cva', pillar: 'risk' } }, undefined],
    ['on a service in any pillar', { scope: { service: 'trade-intake' } }, undefined],
    ['on a cluster, for a time', { scope: { cluster: 'eu-1' }, for: '2h' }, now + 2 * hour],
    ['on a batch, to its last day', { scope: { batch: '01BATCH' }, for: '28d' }, now + 28 * day],
    ['until a time in another zone', { until: '2026-12-01T18:00:00+01:00' }, Date.UTC(2026, 11, 1, 17)],
    ['for the longest time', { for: '90d' }, now + 90 * day],
  ])('may be %s', (_, change, until) => {
    const checked = checkHold({ ...asked, ...change }, { ...facts, batch: change.scope?.batch ? batch : undefined });
    expect(checked).toEqual({ scope: change.scope ?? {}, ...(until === undefined ? {} : { until }) });
  });

  it.each<readonly [string, Partial<AskedHold>, readonly string[]]>([
    ['an environment', { scope: { environment: 'uta' } }, ['there is no environment "uta"', 'did you mean uat?']],
    ['a pillar', { scope: { pillar: 'rsik' } }, ['there is no pillar "rsik"', 'did you mean risk?']],
    ['a cluster', { scope: { cluster: 'eu-2' } }, ['there is no cluster "eu-2"', 'did you mean eu-1?']],
    ['an infrastructure as a cluster', { scope: { cluster: 'cluster-eu' } }, ['on cluster eu-1: name the cluster']],
    ['a service', { scope: { service: 'risk/cav' } }, ['there is no service "risk/cav"', 'did you mean risk/cva?']],
    ['the pillar of a service', { scope: { service: 'rsik/cva' } }, ['there is no pillar "rsik"']],
    ['an invalid service', { scope: { service: 'risk/cva/x' } }, ['write pillar/service']],
    ['a service in another pillar', { scope: { service: 'risk/cva', pillar: 'clearing' } }, ['would hold nothing']],
    ['a key of scope', { scope: { enviroment: 'uat' } }, ['a hold may name environment', 'did you mean environment?']],
    ['an inherited property', { scope: { constructor: 'uat' } }, ['a hold may name environment']],
    ['an empty value', { scope: { pillar: '' } }, ['name one, or omit it']],
    ['a reason', { reason: '' }, ['body.reason: give a reason']],
    ['an end before now', { until: '2026-11-30T05:59:00Z' }, ['2026-11-30T05:59:00.000Z is in the past']],
    ['an end without a time zone', { until: '2026-12-01T18:00:00' }, ['is not a time with a zone']],
    ['an end on an invalid date', { until: '2026-13-01T18:00:00Z' }, ['is not a time with a zone']],
    ['a length of time', { for: '2 hours' }, ['is not a duration']],
    ['an end beyond 90 days', { for: '91d' }, ['more than 90 days ahead']],
    ['two ends', { for: '2h', until: '2026-12-01T18:00:00Z' }, ['not both']],
  ])('is refused for a wrong %s', (_, change, told) => {
    const problems = problemsOf(change, { batch: undefined });
    expect(problems).toHaveLength(1);
    for (const part of told) expect(problems[0]).toContain(part);
  });

  it('is refused for a batch past the time that its deployments wait for their turns', () => {
    const [problem, ...others] = problemsOf({ scope: { batch: '01BATCH' }, for: '29d' });
    expect(others).toEqual([]);
    expect(problem).toContain('wait for their turns until 2026-12-28T06:00:00.000Z');
  });

  it('is refused for a missing batch, or one whose deployments have all ended', () => {
    const scope = { batch: '01BATCH' };
    expect(problemsOf({ scope }, { batch: undefined })[0]).toContain('there is no batch "01BATCH"');
    expect(problemsOf({ scope }, { batch: { ...batch, ended_at: now } })[0]).toContain('have ended');
    const undone = { ...batch, totals: { SUCCESS: 1 }, rolling_back: '01OTHER' };
    expect(problemsOf({ scope }, { batch: undone })[0]).toContain('Its rollback is batch 01OTHER.');
  });

  it('reports everything wrong at once', () => {
    const scope = { environment: 'nowhere', pillar: 'x', cluster: 'y', service: 'z', batch: 'none' };
    expect(problemsOf({ scope, reason: '', for: 'long' }, { batch: undefined })).toHaveLength(7);
  });

  it('accepts any name if the configuration has no list', () => {
    const { environments: _, services: __, ...open } = catalogue;
    const scope = { environment: 'anything', service: 'risk/any' };
    expect(problemsOf({ scope }, { catalogue: open as HoldFacts['catalogue'], batch: undefined })).toEqual([]);
  });
});

it.each([
  ['30m', 30 * 60_000],
  ['2h', 2 * hour],
  ['3d', 3 * day],
  ['0h', undefined],
  ['1.5h', undefined],
  ['2w', undefined],
  ['', undefined],
])('%s is this many milliseconds', (text, expected) => expect(durationOf(text)).toBe(expected));

it.each([
  ['2026-12-01T18:00Z', Date.UTC(2026, 11, 1, 18)],
  ['2026-12-01T18:00:00.5+01:00', Date.UTC(2026, 11, 1, 17, 0, 0, 500)],
  ['2026-12-01 18:00Z', undefined],
  ['1764612000', undefined],
])('%s is this moment', (text, expected) => expect(instantOf(text)).toBe(expected));
