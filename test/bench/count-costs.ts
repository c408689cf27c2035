import type { TableUse } from '../../lib/adapters/table-use.ts';
import { noteCluster } from '../../lib/usecases/schedule/known-clusters.ts';
import type { Script } from '../workflow/scripted-executor.ts';
import { World } from '../workflow/world.ts';

/** A batch of independent deployments that all succeed. */
export interface Load {
  readonly deployments: number;
  readonly atOnce: number;
}

/** What AWS bills for a batch, by name; `invocations` and `seconds` are followed by the function. */
export type Counts = Readonly<Record<string, number>>;

export interface Counted {
  readonly counts: Counts;
  /** Write and read units by partition. */
  readonly partitions: ReadonlyMap<string, { readonly writes: number; readonly reads: number }>;
  /** From the submission to the end of the batch. */
  readonly minutes: number;
}

/** Seconds of a run, and of the rollout that follows it: six minutes together, some less and some more. */
const runOf = (index: number): Pick<Script, 'takes' | 'settles'> => ({
  takes: 240 + ((index * 37) % 121),
  settles: 35 + ((index * 53) % 41),
});

/** `BATCH#01J…` and similar partitions count as one per batch. */
const partitionOf = (pk: string): string => pk.replace(/#.*/, '#…');

/**
 * Assumed milliseconds of a call on AWS, for functions that end at once; watchers are counted by the clock. Not
 * measured: round numbers for calls within a region.
 */
export const callMilliseconds: Readonly<Record<string, number>> = {
  'table.get': 4,
  'table.query': 6,
  'table.transact': 10,
  'table.synced': 0,
  'documents.get': 25,
  'documents.put': 40,
  'anchors.get': 25,
  'anchors.put': 40,
  'signer.publicKey': 0, // kept by the process
  'signer.sign': 20,
  'workflow.start': 40,
  'workflow.describe': 20,
  'workflow.succeed': 25,
  'workflow.fail': 25,
  'bus.put': 25,
  'executor.start': 500,
  'cluster.read': 200,
  'cluster.identify': 200,
};
export const ownMilliseconds = 15;

/** Functions that read their part of the plan: at most one document each, if they are new. */
const readsPlan = ['capture-baseline', 'start-deployment', 'verify-rollout'];
const watchers = ['watch-executor', 'watch-cluster'];

class Uses {
  reads = 0;
  writes = 0;
  bytes = 0;
  readonly partitions = new Map<string, { writes: number; reads: number }>();

  readonly add = ({ reads, writes, bytes, each }: TableUse): void => {
    this.reads += reads;
    this.writes += writes;
    this.bytes += bytes;
    for (const one of each) {
      const name = partitionOf(one.pk);
      const known = this.partitions.get(name) ?? { writes: 0, reads: 0 };
      this.partitions.set(name, { writes: known.writes + one.writes, reads: known.reads + one.reads });
    }
  };
}

const secondsOf = (world: World, name: string): number => {
  const { invocations, milliseconds, calls } = world.log.functions.get(name)!;
  if (watchers.includes(name)) return milliseconds / 1000;
  const called = [...calls].reduce((sum, [call, count]) => sum + count * callMilliseconds[call]!, 0);
  return (invocations * ownMilliseconds + called + milliseconds) / 1000;
};

const functionCounts = (world: World): Counts => {
  const names = [...world.log.functions.keys()].sort();
  return Object.fromEntries([
    ...names.map((name) => [`invocations ${name}`, world.log.functions.get(name)!.invocations]),
    ...names.map((name) => [`seconds ${name}`, Math.ceil(secondsOf(world, name))]),
  ]);
};

const transitionCounts = async (world: World, batchId: string): Promise<Counts> => {
  const transitions = async (query: Parameters<typeof world.engine.listExecutions>[0]): Promise<number> => {
    let sum = 0;
    for (let nextToken: string | undefined, first = true; first || nextToken !== undefined; first = false) {
      const page = await world.engine.listExecutions({ ...query, ...(nextToken === undefined ? {} : { nextToken }) });
      for (const { executionArn } of page.executions) sum += world.engine.transitions(executionArn);
      nextToken = page.nextToken;
    }
    return sum;
  };
  const arn = world.batchArn(batchId);
  const run = world.engine.history(arn).find(({ type }) => type === 'MapRunStarted');
  const stateMachineArn = world.watchArn('any').replace(':execution:', ':stateMachine:').replace(/:any$/, '');
  return {
    'transitions children': await transitions({ mapRunArn: String(run?.details?.mapRunArn) }),
    'transitions batch': world.engine.transitions(arn),
    'transitions watchers': await transitions({ stateMachineArn }),
  };
};

/** Runs the batch on virtual time, until the last watcher ends, and counts what AWS would bill. */
export const countCosts = async ({ deployments, atOnce }: Load): Promise<Counted> => {
  const uses = new Uses();
  const world = await World.open({ onUse: uses.add, sweepEvery: 60_000, measures: true });
  const wanted = Array.from({ length: deployments }, (_, index) => ({ name: `service-${index}`, timeout: 900 }));
  wanted.forEach(({ name }, index) => {
    world.executor.scripts.set(name, runOf(index));
  });
  // Not the first batch ever: the identity of the cluster has been read before.
  await noteCluster(world.deps, 'cluster-eu-1', world.cluster);
  const begun = world.clock.now();
  const batchId = await world.submit(wanted, { strategy: { max_concurrency: atOnce } });
  await world.settled(batchId);
  const { status, ended_at: ended = 0 } = await world.header(batchId);
  if (status !== 'SUCCESS') throw new Error(`the batch ended as ${status}`);
  const { reads, writes, bytes, partitions } = uses;
  const functions = functionCounts(world);
  const planReads = readsPlan.reduce((sum, name) => sum + functions[`invocations ${name}`]!, 0);
  const counts = {
    ...(await transitionCounts(world, batchId)),
    'write units': writes,
    'read units': reads,
    'kilobytes read and written': Math.round(bytes / 1024),
    'events on the bus': world.published.length,
    'documents read': world.meter.count('documents.get') + world.meter.count('anchors.get') + planReads,
    'documents written': world.meter.count('documents.put') + world.meter.count('anchors.put'),
    signatures: world.meter.count('signer.sign'),
    ...functions,
  };
  world.close();
  return { counts, partitions, minutes: (ended - begun) / 60_000 };
};
