import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { obtainControlPlane } from '../cluster/build.ts';
import type { Case } from '../cluster/case.ts';
import { type Clients, obtainClients } from '../cluster/clients.ts';
import { manifestOf } from '../cluster/manifest.ts';
import { play } from '../cluster/play.ts';
import { startReal, type World } from '../cluster/world.ts';
import type { Measure } from './benchmarks.ts';
import { type Moments, Watcher } from './cluster/moments.ts';
import { measureOwnExecutor } from './cluster/own-executor.ts';
import { timed, writeChart } from './cluster/tools.ts';
import type { Measurement } from './plan.ts';

/** Rollouts of each kind. */
const rollouts = 20;

/** Pause between two rollouts, so that the machine is not the bottleneck. */
const apartMilliseconds = 1_000;

/**
 * Seconds that a new pod must be ready. The run of the pipeline ends long before, and the rollouts do not end all at
 * once.
 */
const minReadySeconds = (nth: number): number => 8 + nth / 2;

interface Kind {
  readonly name: string;
  readonly tag: string;
  /** The cluster's last step, or its first sign of failure. */
  readonly from: 'complete' | 'signal';
  readonly more?: (nth: number) => Partial<Case>;
}

const noPods = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };

const kinds: readonly Kind[] = [
  {
    name: 'good',
    tag: '2.0.0',
    from: 'complete',
    more: (nth) => ({ from: '1.0.0', spec: { replicas: 1, minReadySeconds: Math.round(minReadySeconds(nth)) } }),
  },
  { name: 'not-found', tag: '2.0.0-missing', from: 'signal' },
  { name: 'invalid-name', tag: '2.0.0-invalid', from: 'signal' },
  { name: 'unauthorised', tag: '2.0.0-unauthorized', from: 'signal' },
  {
    name: 'quota',
    tag: '2.0.0',
    from: 'signal',
    more: () => ({ objects: [{ plural: 'resourcequotas', root: '/api/v1', body: noPods }] }),
  },
];

const casesOf = ({ name, tag, more }: Kind): readonly Case[] =>
  Array.from({ length: rollouts }, (_, nth) => ({
    ...{ name: `${name}-${nth}`, to: tag, from: null, expect: { status: 'SUCCESS', reason: 'Verified' } },
    ...more?.(nth),
  }));

/** Milliseconds from the cluster's own moment, by the tool that reported it. */
interface Told {
  readonly flotilla: readonly number[];
  readonly kubectl: readonly number[];
  readonly helm: readonly number[];
}

interface Bench {
  readonly world: World;
  readonly watcher: Watcher;
  readonly tools: Clients;
  readonly kubeconfig: string;
  readonly folder: string;
}

const when = async (read: () => number | undefined): Promise<number> => {
  for (let at = read(); ; at = read()) {
    if (at !== undefined) return at;
    await sleep(20);
  }
};

/** One rollout by Flotilla, with kubectl observing. */
const followed = async (bench: Bench, one: Case, from: keyof Moments): Promise<readonly [number, number]> => {
  const { world, watcher, tools, kubeconfig } = bench;
  watcher.expect(one.name, one.to);
  const moments = (): Moments => watcher.of(one.name);
  const look = async (): Promise<number> => {
    await when(() => moments().begun);
    const flags = ['--kubeconfig', kubeconfig, '-n', one.name];
    return (await timed(tools.kubectl, [...flags, 'rollout', 'status', `deployment/${one.name}`, '--watch'])).at;
  };
  const [kubectl, { view }] = await Promise.all([look(), play(world, one)]);
  const moment = await when(() => moments()[from]);
  return [Date.parse(view.ended_at!) - moment, kubectl - moment];
};

/** One rollout by helm, of a release of its own in the same cluster. */
const byHelm = async ({ watcher, tools, kubeconfig, folder, world }: Bench, one: Case): Promise<number> => {
  const name = `helm-${one.name}`;
  const chart = join(folder, name);
  writeChart(chart, manifestOf({ ...one, name }, '{{ .Values.image }}'));
  const [scene] = world.scenes.values();
  await scene!.client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const homes = ['CACHE', 'CONFIG', 'DATA'].map((part) => [`HELM_${part}_HOME`, join(folder, 'helm', part)]);
  const env = Object.fromEntries(homes);
  const upgrade = (tag: string, ...flags: readonly string[]) => {
    watcher.expect(name, tag);
    const common = ['upgrade', '--install', name, chart, '--kubeconfig', kubeconfig, '-n', name];
    return timed(tools.helm, [...common, '--set', `image=registry.example/${name}:${tag}`, ...flags], env);
  };
  await upgrade('1.0.0');
  await when(() => watcher.of(name).complete);
  const { at, status } = await upgrade(one.to, '--wait', '--timeout', '5m');
  if (status !== 0) throw new Error(`helm ended with ${status}`);
  return at - (await when(() => watcher.of(name).complete));
};

const measureKind = async (bench: Bench, kind: Kind): Promise<Told> => {
  console.error(`cluster, ${kind.name} begins`);
  const cases = casesOf(kind);
  const apart = <Result>(act: (one: Case) => Promise<Result>) =>
    Promise.all(
      cases.map(async (one, nth) => {
        await sleep(nth * apartMilliseconds);
        return act(one);
      }),
    );
  const [seen, helm] = await Promise.all([
    apart((one) => followed(bench, one, kind.from)),
    kind.from === 'complete' ? apart((one) => byHelm(bench, one)) : [],
  ]);
  return { flotilla: seen.map(([ours]) => ours), kubectl: seen.map(([, theirs]) => theirs), helm };
};

const at = (values: readonly number[], part: number): number =>
  values.toSorted((one, other) => one - other)[Math.ceil(values.length * part) - 1]!;

const measurementsOf = ({ name }: Kind, told: Told): readonly Measurement[] =>
  Object.entries(told)
    .filter(([, values]) => values.length > 0)
    .flatMap(([who, values]) => [
      { name: `${name}: ${who}, median`, value: at(values, 0.5), unit: 'ms' },
      { name: `${name}: ${who}, slowest`, value: at(values, 1), unit: 'ms' },
    ]);

/** How soon verdicts come on a real API server, next to kubectl's and helm's: from the cluster's own moment on. */
export const benchCluster: Measure = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const [program, tools] = [await obtainControlPlane(), obtainClients()];
  const world = await startReal(program, { folder, cases: kinds.flatMap(casesOf) });
  const [, kubeconfig = ''] = world.kubectl;
  const [scene] = world.scenes.values();
  const watcher = new Watcher(scene!.client);
  try {
    const measurements: Measurement[] = [];
    for (const kind of kinds)
      measurements.push(
        ...measurementsOf(kind, await measureKind({ world, watcher, tools, kubeconfig, folder }, kind)),
      );
    console.error('cluster, own executor begins');
    const own = { kubeconfig, client: scene!.client, folder, kubectl: tools.kubectl };
    return [...measurements, ...(await measureOwnExecutor(own))];
  } finally {
    watcher.stop();
    await world.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
};
