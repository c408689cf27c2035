import { describe, expect, it } from 'vitest';
import type { MetricQuery } from '../../lib/domain/ports.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import type { Check, Strategy } from '../../lib/domain/strategy/strategy.ts';
import { readChecks } from '../../lib/executors/kubernetes/checks.ts';
import { KeptMetrics } from '../../lib/executors/kubernetes/kept-metrics.ts';
import { hasProceeded, hasProceededAt } from '../../lib/executors/kubernetes/proceed-mark.ts';
import type { Work } from '../../lib/executors/kubernetes/work.ts';
import { KubernetesWorld } from './kubernetes-world.ts';

const minute = 60_000;
const begin = 100 * minute + 17_000;

const check = (name: string, prometheus: string): Check => ({ name, source: { prometheus }, max: 5, for_seconds: 60 });

const strategy: Strategy = {
  ...{ kind: 'canary', traffic: { by: 'replicas' }, steps: [50], step_seconds: 60, proceed: 'automatic' },
  checks: [check('errors', 'errors{d="{{canary}}"}'), check('load', 'load{n="{{namespace}}"}')],
  proven_seconds: 120,
};

/** A look, and its queries of the metrics. */
const looking = (value: number) => {
  const world = new KubernetesWorld();
  world.now = begin;
  const asked: MetricQuery[] = [];
  const range = async (query: MetricQuery) => {
    asked.push(query);
    const { from, to, step } = query;
    const ats = Array.from({ length: (to - from) / step + 1 }, (_, at) => from + at * step);
    return { kind: 'points' as const, points: ats.map((at) => ({ at, value })) };
  };
  const work = {
    request: world.request(),
    documents: world.documents,
    clock: { now: () => world.now },
    metrics: new KeptMetrics({ range }),
  } as unknown as Work;
  return { world, asked, read: () => readChecks(work, strategy, begin), work };
};

describe('the checks of a step', () => {
  it('fill in the names, and cover whole minutes from the start of the step', async () => {
    const { world, asked, read } = looking(1);
    world.now += 3 * minute;
    expect(await read()).toEqual({ kind: 'proven', message: 'errors 1 (max 5), load 1 (max 5)' });
    expect(asked).toEqual([
      { source: { prometheus: 'errors{d="web-canary"}' }, from: 101 * minute, to: 103 * minute, step: minute },
      { source: { prometheus: 'load{n="shop"}' }, from: 101 * minute, to: 103 * minute, step: minute },
    ]);
  });

  it('run once a minute each, for any number of looks', async () => {
    const { world, asked, read } = looking(1);
    for (let look = 0; look <= 60; look += 1, world.now += 5_000) await read();
    expect(asked).toHaveLength(2 * 5);
  });

  it('cover no longer a time than the watch', async () => {
    const { world, asked, read } = looking(1);
    world.now += 600 * minute;
    await read();
    expect((asked[0]!.to - asked[0]!.from) / minute).toBe(7);
  });

  it('do not run before there can be a point', async () => {
    const { asked, read } = looking(9);
    expect(await read()).toEqual({ kind: 'open', message: 'errors waits for data, load waits for data' });
    expect(asked).toEqual([]);
  });

  it('fail with their numbers', async () => {
    const { world, read } = looking(9);
    world.now += 2 * minute;
    expect((await read()).message).toBe('errors 9 is over 5 for 1 minute, load 9 is over 5 for 1 minute');
  });
});

describe('an attempt', () => {
  const said = (world: KubernetesWorld, pause?: string) =>
    world.documents.put(documentPaths.proceeded('B1', 'B1-0-1'), JSON.stringify({ by: 'ann', at: 5, pause }));

  it('goes on once somebody says so', async () => {
    const { world, work } = looking(1);
    expect(await hasProceeded(work)).toBe(false);
    await said(world);
    expect(await hasProceeded(work)).toBe(true);
    expect(await hasProceeded({ ...work, request: { ...work.request, key: 'B1-0-2' } })).toBe(false);
  });

  it('goes on at the pause where it was when somebody said so, and at no other', async () => {
    const { world, work } = looking(1);
    expect(await hasProceededAt(work, 'one')).toBe(false);
    expect(await world.documents.get(documentPaths.paused('B1', 'B1-0-1'))).toBe('one');
    await said(world, 'one');
    expect(await hasProceededAt(work, 'one')).toBe(true);
    expect(await hasProceededAt(work, 'two')).toBe(false);
    expect(await world.documents.get(documentPaths.paused('B1', 'B1-0-1'))).toBe('two');
    await said(world, 'two');
    expect(await hasProceededAt(work, 'two')).toBe(true);
  });
});
