import { covers, type HoldCandidate } from '../../../lib/domain/holds/covers.ts';
import { type EventRow, type LockRow, rowOf } from '../../../lib/domain/record/rows.ts';
import { wrongIndex } from '../../workflow/index-law.ts';
import { all } from '../../workflow/report.ts';
import type { World } from '../../workflow/world.ts';
import type { Doings } from './do-deed.ts';
import type { Story } from './draw-story.ts';
import { type Ledger, readLedgers } from './ledger.ts';
import { wrongNow } from './wrong-now.ts';
import { wrongReturns } from './wrong-returns.ts';
import { wrongTargets } from './wrong-targets.ts';

/** What must hold at the end of every story; each violation in a sentence. */
export const wrongIn = async (world: World, story: Story, doings: Doings): Promise<readonly string[]> => {
  const ledgers = await readLedgers(world);
  return [
    ...startedTwice(world),
    ...atWorkTogether(world, ledgers),
    ...ledgers.flatMap(wrongEnd),
    ...(await rowsLeft(world, ledgers)),
    ...(await wrongFeeds(world, ledgers)),
    ...(await startedInHold(world, ledgers, { story, doings })),
    ...wrongReturns(ledgers, { world, doings }),
    ...(await wrongNow(world, ledgers, doings)),
    ...(await wrongTargets(world, ledgers, story)),
    // Last: it deletes the rows and has them written again.
    ...(await wrongIndex(world)),
  ];
};

const startedTwice = ({ executor }: World): readonly string[] =>
  [...executor.starts].flatMap(([key, count]) => (count > 1 ? [`${key} was started ${count} times`] : []));

/** What was UNKNOWN once may have been at work when somebody said that it was not. */
const atWorkTogether = ({ executor }: World, ledgers: readonly Ledger[]): readonly string[] => {
  const unsure = new Set(
    ledgers.flatMap(({ batchId, events }) =>
      events.flatMap(({ to, index }) => (to === 'UNKNOWN' && index !== undefined ? [`${batchId}-${index}-`] : [])),
    ),
  );
  const isUnsure = (key: string): boolean => unsure.has(key.slice(0, key.lastIndexOf('-') + 1));
  const runs = executor.runs
    .filter(({ to }) => Number.isFinite(to))
    .map(({ request, from, to, abortedAt = to }) => ({ request, from, to: Math.min(to, abortedAt) }))
    .sort((one, other) => one.from - other.from);
  return runs.flatMap((run, at) =>
    runs
      .slice(at + 1)
      .filter(({ request, from }) => request.deployment.target === run.request.deployment.target && from < run.to)
      .filter(() => !isUnsure(run.request.key))
      .map(({ request }) => `${request.key} was started while ${run.request.key} was at work on the same target`),
  );
};

const wrongEnd = ({ batchId, header, items, plan }: Ledger): readonly string[] => {
  const { status, reason, totals, ended_at, rolling_back, total } = header;
  const told = `${batchId} ended ${status} / ${reason}`;
  const counted: Record<string, number> = {};
  for (const item of items) counted[item.status] = (counted[item.status] ?? 0) + 1;
  const isCounted =
    JSON.stringify(Object.entries(counted).sort()) === JSON.stringify(Object.entries(totals ?? {}).sort());
  return [
    ...(ended_at === undefined || rolling_back !== undefined ? [`${told}, and is not closed`] : []),
    ...(isCounted
      ? []
      : [`${told} with ${JSON.stringify(totals)}, and its deployments are ${JSON.stringify(counted)}`]),
    ...(plan !== undefined && items.length !== total
      ? [`${told}: ${items.length} of ${total} deployments have items`]
      : []),
    ...items.flatMap(({ key, outcome, status: own }) =>
      outcome?.status === own ? [] : [`${told}: ${key} is ${own}, and its outcome ${outcome?.status}`],
    ),
  ];
};

const nothingIn = ['INBOX', 'OPEN', 'UNANCHORED', 'REJECTED'] as const;

const rowsLeft = async (world: World, ledgers: readonly Ledger[]): Promise<readonly string[]> => {
  const accounts = ['harness:simulated', 'kubernetes:cluster-eu-1'];
  const watchers = [...accounts.map((account) => `WATCH#executor:${account}`), 'WATCH#cluster:cluster-eu-1'];
  const left: string[] = [];
  const known = new Set((await all(world, { pk: 'WATCHERS' })).map(({ sk }) => `WATCH#${sk}`));
  // A function that died before the very first watcher was started has left its row to the next one.
  for (const pk of [...nothingIn, ...watchers.filter((watcher) => known.has(watcher))])
    left.push(...(await all(world, { pk })).map(({ sk }) => `${pk} ${sk}`));
  for (const prefix of ['TURN#', 'BATCH#', 'PAGE#']) {
    left.push(...(await all(world, { pk: 'DISPATCHER', prefix })).map(({ sk }) => sk));
  }
  const holds = await all(world, { pk: 'DISPATCHER', prefix: 'HOLD#' });
  left.push(...holds.filter(({ kind }) => kind !== 'circuit').map(({ sk }) => sk));
  const isUnknown = new Set(
    ledgers.flatMap(({ batchId, items }) =>
      items.flatMap(({ index, status }) => (status === 'UNKNOWN' ? [`${batchId}#${index}`] : [])),
    ),
  );
  const locks = (await all(world, { pk: 'DISPATCHER', prefix: 'LOCK#' })).map((item) => rowOf<LockRow>(item)!);
  const held = locks.filter(
    ({ batch_id, index, state }) => state !== 'unknown' || !isUnknown.has(`${batch_id}#${index}`),
  );
  left.push(...held.map(({ name, batch_id, index, state }) => `lock ${name} of ${batch_id} ${index}: ${state}`));
  left.push(...(await waiting(world, ledgers)));
  return left.map((what) => `left behind: ${what}`);
};

/** Executions that still run: something waits there with a token. */
const waiting = async (world: World, ledgers: readonly Ledger[]): Promise<readonly string[]> => {
  const running: string[] = [];
  for (const { batchId } of ledgers) {
    const executionArn = world.batchArn(batchId);
    const told = await world.engine.describeExecution({ executionArn }).catch(() => undefined);
    if (told?.status === 'RUNNING') running.push(`execution ${batchId}`);
  }
  return running;
};

const wrongFeeds = async (world: World, ledgers: readonly Ledger[]): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const batchId of [...ledgers.map((ledger) => ledger.batchId), 'stage']) {
    const events = await all(world, { pk: `EVENTS#${batchId}` });
    const numbered = (await all(world, { pk: `FEED#${batchId}` })).filter(({ sk }) => sk !== 'HEAD');
    if (numbered.some(({ number }, at) => number !== at + 1)) wrong.push(`the feed of ${batchId} has a gap`);
    // The stage's feed has changes of batches, too, which were published with their batch.
    const feed = numbered.filter(({ type }) => batchId !== 'stage' || type === 'hold');
    const told = new Set(feed.map(({ index, hold, seq }) => `${index ?? hold ?? 'batch'} ${seq}`));
    const missing = events.filter(({ index, hold, seq }) => !told.has(`${index ?? hold ?? 'batch'} ${seq}`));
    if (missing.length > 0 || feed.length !== events.length) {
      wrong.push(`the feed of ${batchId} has ${feed.length} of ${events.length} events`);
    }
    const published = new Set(world.published.filter(({ id }) => id.startsWith(`${batchId}/`)).map(({ id }) => id));
    if (published.size !== feed.length)
      wrong.push(`${published.size} of ${feed.length} events of ${batchId} were published`);
  }
  const staged = (await all(world, { pk: 'FEED#stage' })).filter(({ type }) => type === 'batch').length;
  const changes = ledgers.flatMap(({ events }) => events.filter(({ type }) => type === 'batch')).length;
  if (staged !== changes) wrong.push(`the feed of the stage has ${staged} of ${changes} changes of batches`);
  return wrong;
};

/** Milliseconds in which a hold must have come into force. */
const effective = 5_000;
/** When the marker of turns may be dead: until its lease is over and the sweeper has come. */
const effectiveWhenDisturbed = 120_000;

interface Happened {
  readonly story: Story;
  readonly doings: Doings;
}

const startedInHold = async (
  world: World,
  ledgers: readonly Ledger[],
  { story, doings }: Happened,
): Promise<readonly string[]> => {
  const changes = (await all(world, { pk: 'EVENTS#stage' })).map((item) => rowOf<EventRow>(item)!);
  const isDisturbed =
    story.strikes.length + story.deliveries.length > 0 ||
    story.acts.some((act) => act.do === 'kill' || act.do === 'clock');
  const late = isDisturbed ? effectiveWhenDisturbed + doings.jumped : effective;
  const wrong: string[] = [];
  for (const [id, hold] of doings.holds) {
    const own = changes.filter((change) => change.hold === id);
    const began = own.find(({ reason }) => reason === 'HoldBegan')?.at ?? Number.POSITIVE_INFINITY;
    const ended = own.find(({ reason }) => reason !== 'HoldBegan')?.at ?? Number.POSITIVE_INFINITY;
    for (const ledger of ledgers) {
      for (const { index, isRestore, at } of ledger.intents) {
        if (isRestore || at <= began + late || at >= ended || !covers(hold, candidateOf(ledger, index))) continue;
        wrong.push(`${ledger.batchId} ${index} began in hold ${id}, which was ${(at - began) / 1_000} s old`);
      }
    }
  }
  return wrong;
};

const candidateOf = ({ batchId, plan }: Ledger, index: number): HoldCandidate => {
  const { environment_id, pillar, cluster, executor, key } = plan!.deployments[index]!;
  return {
    ...{ environment: environment_id, pillar, cluster, executor: executor.account, key, batch_id: batchId },
    isRollback: plan!.isRollback,
  };
};
