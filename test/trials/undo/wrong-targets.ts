import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import type { EventRow } from '../../../lib/domain/record/rows.ts';
import { listChanges } from '../../../lib/usecases/targets/list-changes.ts';
import { listTargets } from '../../../lib/usecases/targets/list-targets.ts';
import type { World } from '../../workflow/world.ts';
import type { Story } from './draw-story.ts';
import type { Ledger } from './ledger.ts';

/** A change of a target, derived from the events of its batch alone. */
interface Replayed {
  readonly target: string;
  readonly at: number;
  readonly batch_id: string;
  readonly index: number;
  readonly by: string;
  readonly status: string;
  readonly state: string;
  readonly version: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Targets and changes match a replay of all records. */
export const wrongTargets = async (
  world: World,
  ledgers: readonly Ledger[],
  story: Story,
): Promise<readonly string[]> => {
  const changes = ledgers.flatMap(replay);
  const services = [...new Set(changes.map(({ target }) => serviceIn(target)))].sort();
  const told = await readAll(world, {});
  const byService = await Promise.all(services.map((service) => readAll(world, { service })));
  // When the clock is put back, later is not the newer one.
  const isMoved = story.acts.some((act) => act.do === 'clock');
  return [
    ...differing('GET /changes', told, changes.map(changeLine)),
    ...differing('GET /changes by service', byService.flat(), changes.map(changeLine)),
    ...[told, ...byService].flatMap((list) =>
      isNewestFirst(list) ? [] : [`changes out of order: ${list.join('; ')}`],
    ),
    ...(isMoved ? [] : differing('GET /targets', await readTargets(world), standing(changes).map(targetLine))),
  ];
};

const serviceIn = (target: string): string => target.split('/').slice(2).join('/');

const replay = ({ batchId, header, plan, items, events }: Ledger): readonly Replayed[] =>
  events.flatMap((event): readonly Replayed[] => {
    const item = items.find(({ index }) => index === event.index);
    if (item === undefined || !isEnd(event)) return [];
    const runs = item.outcome?.runs ?? [];
    const isResolved = event.reason === 'ResolvedByOperator';
    const hasChanged = event.to === 'SUCCESS' || event.to === 'UNKNOWN' || isResolved || item.touched === true;
    if (!hasChanged || (event.to !== 'SUCCESS' && runs.length === 0)) return [];
    const { target, docker_image_version, action, replicas } = plan!.deployments[item.index]!;
    const { release_before: before } = item.outcome!;
    const words = action === 'delete' ? 'delete' : `scale to ${replicas}`;
    const version = action === undefined ? docker_image_version : words;
    const place = { target, at: event.at, batch_id: batchId, index: item.index, by: header.submitted_by };
    const left = action === 'scale' ? before : undefined;
    return [
      { ...place, status: event.to, version, before, ...cameOf(event, action === undefined ? version : left, action) },
    ];
  });

const ends: ReadonlySet<string> = new Set(['SUCCESS', 'FAILED', 'CANCELLED', 'SKIPPED', 'UNKNOWN']);

/** ROLLBACK records that another deployment took this one back: that other one is the change. */
const isEnd = ({ type, to, detail, reason }: EventRow): boolean =>
  type === 'deployment' && ends.has(to) && (detail?.runs !== undefined || reason === 'ResolvedByOperator');

const leavesOpen: ReadonlySet<string> = new Set(['RestoreFailed', 'Superseded', 'ResolvedByOperator']);

const cameOf = (
  { to, reason, detail }: EventRow,
  asked: string | undefined,
  action: PlannedDeployment['action'],
): Pick<Replayed, 'state' | 'after'> => {
  const seen = detail?.release_after as string | undefined;
  if (to === 'SUCCESS' && action === 'delete') return { state: 'deleted', after: undefined };
  if (to === 'SUCCESS') return { state: 'verified', after: asked };
  if (to === 'UNKNOWN') return { state: 'unknown', after: undefined };
  if (reason === 'RestoredPreviousRelease') return { state: 'restored', after: seen };
  return { state: 'failed', after: seen ?? (leavesOpen.has(reason) ? undefined : asked) };
};

/** The last change of each target. */
const standing = (changes: readonly Replayed[]): readonly Replayed[] => {
  const last = new Map<string, Replayed>();
  for (const change of changes) {
    if (change.at >= (last.get(change.target)?.at ?? 0)) last.set(change.target, change);
  }
  return [...last.values()];
};

const iso = (at: number): string => new Date(at).toISOString();

const changeLine = ({ at, target, batch_id, index, status, version, before, after, by }: Replayed): string =>
  [iso(at), target, batch_id, index, status, version, before, after, by].join(' ');

const targetLine = ({ at, target, batch_id, index, state, after, by }: Replayed): string =>
  [iso(at), target, batch_id, index, state, after, by].join(' ');

const limit = 3;
/** Before every story. */
const ever = Date.UTC(2026, 8);

const readAll = async (world: World, asked: { readonly service?: string }): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listChanges(world.deps, { ...asked, since: ever, limit, after });
    lines.push(
      ...page.changes.map(({ at, key, environment, cluster, ...change }) => {
        const { batch_id, index, status, version, before, after: runs, by } = change;
        const target = `${environment}/${cluster}/${key}`;
        return [at, target, batch_id, index, status, version, before, runs, by].join(' ');
      }),
    );
    after = page.next_after;
    if (after === undefined) return lines;
  }
};

const readTargets = async (world: World): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await listTargets(world.deps, { limit, after });
    lines.push(
      ...page.targets.map(({ key, environment, cluster, since, batch_id, index, state, version, by }) =>
        [since, `${environment}/${cluster}/${key}`, batch_id, index, state, version, by].join(' '),
      ),
    );
    after = page.next_after;
    if (after === undefined) return lines;
  }
};

const isNewestFirst = (lines: readonly string[]): boolean => {
  const times = lines.map((line) => line.split(' ')[0]!);
  return times.every((time, at) => at === 0 || time <= times[at - 1]!);
};

const differing = (what: string, told: readonly string[], replayed: readonly string[]): readonly string[] => [
  ...replayed.filter((line) => !told.includes(line)).map((line) => `${what} does not tell ${line}`),
  ...told.filter((line) => !replayed.includes(line)).map((line) => `${what} tells ${line}, which was not so`),
  ...(told.length > new Set(told).size ? [`${what} tells something twice`] : []),
];
