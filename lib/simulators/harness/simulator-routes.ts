import { describeIssue } from '../../domain/batch/issues.ts';
import { type Answer, page } from './envelopes.ts';
import { parseFaultOrder } from './fault-file.ts';
import type { Route } from './router.ts';
import type { World } from './world.ts';

/** What a test or a rehearsal can ask about a run. */
export interface RunReport {
  readonly plan_execution_id: string;
  readonly key?: string;
  readonly batch_id?: string;
  readonly deployment?: string;
  readonly event_id?: string;
  readonly pipeline: string;
  readonly trigger?: string;
  readonly service: string;
  readonly version: string;
  /** The true status, however stale the one that clients see. */
  readonly status: string;
  readonly started_at: number;
  readonly ended_at?: number;
}

export const reportRuns = (world: World): readonly RunReport[] =>
  world.runs.all().map(({ id, origin, latest, createdAt }) => ({
    plan_execution_id: id,
    ...(origin.payload.key === undefined ? {} : { key: origin.payload.key }),
    ...(origin.payload.batch === undefined ? {} : { batch_id: origin.payload.batch }),
    ...(origin.payload.deployment === undefined ? {} : { deployment: origin.payload.deployment }),
    ...(origin.event === undefined ? {} : { event_id: origin.event }),
    ...(origin.trigger === undefined ? {} : { trigger: origin.trigger }),
    pipeline: origin.pipeline,
    service: origin.payload.service,
    version: origin.payload.version,
    status: latest.status,
    started_at: createdAt,
    ...(latest.endTs === undefined ? {} : { ended_at: latest.endTs }),
  }));

/** How many runs each key got; a correct client never causes more than one. */
const countByKey = (runs: readonly RunReport[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { key = '' } of runs) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

const json = (value: unknown, status = 200): Answer => ({ status, json: value });

/** The simulator's own routes, and the pages behind its links. */
export const simulatorRoutes = (world: World): readonly Route[] => [
  {
    method: 'GET',
    path: '/simulator/runs',
    handle: () => {
      const runs = reportRuns(world);
      return json({ simulated: true, runs, by_key: countByKey(runs) });
    },
  },
  {
    method: 'GET',
    path: '/simulator/events',
    handle: () =>
      json({
        simulated: true,
        events: world.events
          .list()
          .map(({ id, status, runs, origin }) => ({ id, status, runs, key: origin.payload.key })),
      }),
  },
  {
    method: 'GET',
    path: '/simulator/requests',
    handle: () => json({ simulated: true, ...world.requests.report() }),
  },
  { method: 'GET', path: '/simulator/faults', handle: () => json({ simulated: true, faults: world.faults.list() }) },
  {
    method: 'POST',
    path: '/simulator/faults',
    handle: ({ body }) => {
      const order = parseFaultOrder(body);
      if ('issues' in order) {
        const problem = order.issues.map(describeIssue).join('; ');
        return json({ simulated: true, problem, problems: order.issues }, 400);
      }
      world.faults.order(order);
      return json({ simulated: true, faults: world.faults.list() }, 201);
    },
  },
  {
    method: 'DELETE',
    path: '/simulator/faults',
    handle: () => {
      world.faults.clear();
      return json({ simulated: true, faults: [] });
    },
  },
  { method: 'GET', path: '/', handle: () => page('runs', lines(world)) },
  // Browsers do not send what follows the #, so every link arrives here.
  { method: 'GET', path: '/ng/*', handle: () => page('runs', lines(world)) },
];

const lines = (world: World): readonly string[] =>
  reportRuns(world).map(
    (run) => `${run.plan_execution_id} ${run.pipeline} ${run.service} ${run.version} ${run.status}`,
  );
