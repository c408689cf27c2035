import { type Answer, failure, success } from './envelopes.ts';
import type { Call, Route } from './router.ts';
import type { Run } from './run.ts';
import { eventDetailsOf, summaryOf } from './run-views.ts';
import { missingScope, scopeOf } from './start-routes.ts';
import type { World } from './world.ts';

/** The calls that read, and the one that aborts. */
export const readRoutes = (world: World): readonly Route[] => {
  const scoped = (handle: (call: Call) => Answer) => (call: Call) => missingScope(call) ?? handle(call);
  const ofRun = (handle: (run: Run, call: Call) => Answer) =>
    scoped((call) => {
      const run = world.runs.find(call.params.id!);
      const { org, project } = scopeOf(call);
      const isThere = run !== undefined && run.origin.org === org && run.origin.project === project;
      return isThere ? handle(run, call) : failure('ENTITY_NOT_FOUND', `Plan execution ${call.params.id} not found`);
    });
  const detail = (run: Run): Answer =>
    success({ pipelineExecutionSummary: summaryOf(run, world.options.clock.now()), executionGraph: null });
  const executions = '/pipeline/api/pipelines/execution';
  return [
    ...detailRoutes(world),
    { method: 'POST', path: `${executions}/summary`, handle: scoped((call) => list(world, call)) },
    { method: 'GET', path: `${executions}/v2/:id`, handle: ofRun(detail) },
    {
      method: 'GET',
      path: `${executions}/:id/notes`,
      handle: ofRun((run) => success({ notes: run.origin.notes ?? '' })),
    },
    {
      method: 'PUT',
      path: '/pipeline/api/pipeline/execute/interrupt/:id',
      handle: ofRun((run, call) => interrupt(world, run, call)),
    },
  ];
};

/** The older call cannot tell an event that waits from one that never was; the newer one shows QUEUED. */
const detailRoutes = (world: World): readonly Route[] => {
  const path = '/pipeline/api/webhook/triggerExecutionDetails';
  const answer = (call: Call, isPatient: boolean): Answer => {
    const event = world.events.find(call.params.id!);
    const isReady = event !== undefined && event.status !== 'QUEUED';
    if (event === undefined || !(isReady || isPatient))
      return failure('INVALID_REQUEST', `Webhook event ${call.params.id} not found in history`);
    const run = event.runs[0] === undefined ? undefined : world.runs.find(event.runs[0]);
    return success(eventDetailsOf(event, run, world.options));
  };
  const older: Route = { method: 'GET', path: `${path}/:id`, handle: (call) => answer(call, false) };
  const newer: Route = { method: 'GET', path: `${path}V2/:id`, handle: (call) => answer(call, true) };
  return world.options.details === 'v1' ? [older] : [older, newer];
};

interface ListFilter {
  readonly filterType?: string;
  readonly status?: readonly string[];
  readonly timeRange?: { readonly startTime?: number; readonly endTime?: number };
  readonly triggerIdentifiers?: readonly string[];
}

const list = (world: World, call: Call): Answer => {
  const number = Number(call.query.get('page') ?? 0);
  const size = Number(call.query.get('size') ?? 10);
  if (!(Number.isInteger(number) && number >= 0)) return failure('INVALID_REQUEST', 'page must be 0 or more');
  if (!(size > 0 && size <= 1000)) return failure('INVALID_REQUEST', 'size must be over 0 and at most 1000');
  const filter = JSON.parse(call.body || '{}') as ListFilter;
  const { startTime, endTime } = filter.timeRange ?? {};
  if ((startTime === undefined) !== (endTime === undefined))
    return failure('INVALID_REQUEST', 'the time range needs its start and its end');
  const now = world.options.clock.now();
  const found = world.runs.newestFirst().filter((run) => isListed(run, call, { filter, now }));
  const content = found.slice(number * size, (number + 1) * size).map((run) => summaryOf(run, now));
  const totalPages = Math.ceil(found.length / size);
  return success({
    content,
    totalPages,
    totalElements: found.length,
    number,
    size,
    numberOfElements: content.length,
    first: number === 0,
    last: number >= totalPages - 1,
    empty: content.length === 0,
  });
};

const isListed = (run: Run, call: Call, { filter, now }: { filter: ListFilter; now: number }): boolean => {
  const { org, project } = scopeOf(call);
  const pipeline = call.query.get('pipelineIdentifier') ?? run.origin.pipeline;
  const statuses = [...call.query.getAll('status'), ...(filter.status ?? [])].filter((status) => status !== '');
  const triggers = filter.triggerIdentifiers ?? [];
  const { startTime = 0, endTime = Number.POSITIVE_INFINITY } = filter.timeRange ?? {};
  return (
    run.origin.org === org &&
    run.origin.project === project &&
    run.origin.pipeline === pipeline &&
    run.createdAt >= startTime &&
    run.createdAt <= endTime &&
    (statuses.length === 0 || statuses.includes(run.look(now).status)) &&
    (triggers.length === 0 || triggers.includes(run.origin.trigger ?? ''))
  );
};

const interrupt = (world: World, run: Run, call: Call): Answer => {
  const type = call.query.get('interruptType');
  if (type === 'UserMarkedFailure')
    return failure('INVALID_REQUEST', 'The setting to mark running steps as failed is off in this account');
  if (type !== 'AbortAll') return failure('INVALID_REQUEST', `Interrupt type ${type} is not supported here`);
  const result = world.runs.abort(run);
  if (result === 'again') return failure('ABORT_ALL_ALREADY_NG', 'Execution already has ABORT_ALL interrupt');
  if (result === 'over') return failure('INVALID_REQUEST', 'Execution is already in a final status');
  if (result === 'refused') return failure('INVALID_REQUEST', 'SIMULATED: this run cannot be aborted');
  return success({ id: `interrupt-${run.id}`, type: 'AbortAll', planExecutionId: run.id });
};
