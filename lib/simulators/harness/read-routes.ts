import { type Answer, failure, success } from './envelopes.ts';
import type { RouteName } from './fault-rules.ts';
import { listRuns } from './list-runs.ts';
import { type Call, noSuchRoute, type Route } from './router.ts';
import type { Run } from './run.ts';
import { eventDetailsOf, summaryOf, type View } from './run-views.ts';
import { missingScope, scopeOf } from './start-routes.ts';
import { struck } from './struck.ts';
import type { World } from './world.ts';

const executions = '/pipeline/api/pipelines/execution';

const viewOf = ({ options }: World): View => ({ now: options.clock.now(), options });

/** The calls that read, and the abort. */
export const readRoutes = (world: World): readonly Route[] => [
  ...eventRoutes(world),
  {
    ...{ name: 'list', method: 'POST', path: `${executions}/summary` },
    handle: (call) => missingScope(call) ?? list(world, call),
  },
  ofRun(world, { name: 'detail', method: 'GET', path: `${executions}/v2/:id` }, (run) =>
    success({ pipelineExecutionSummary: summaryOf(run, viewOf(world)), executionGraph: null }),
  ),
  ofRun(world, { name: 'notes', method: 'GET', path: `${executions}/:id/notes` }, (run, call) =>
    world.options.notes === 'hidden' || run.origin.faults.has('hide-notes')
      ? noSuchRoute(call)
      : success({ notes: run.origin.notes ?? '' }),
  ),
  ofRun(world, { name: 'abort', method: 'PUT', path: '/pipeline/api/pipeline/execute/interrupt/:id' }, (run, call) =>
    interrupt(world, run, call),
  ),
];

const list = (world: World, call: Call): Answer => {
  const pipelines = call.query.getAll('pipelineIdentifier');
  const facts = { pipeline: pipelines.length === 1 ? pipelines[0] : undefined };
  return struck(world, { route: 'list', call, facts }, () => listRuns(world.runs, call, viewOf(world)));
};

/** A call about one run of its scope. An abort also reaches a run that the lists do not show yet. */
const ofRun = (
  world: World,
  route: Pick<Route, 'method' | 'path'> & { readonly name: RouteName },
  answer: (run: Run, call: Call) => Answer,
): Route => {
  const { clock, lagMilliseconds } = world.options;
  const isKnown = (run: Run): boolean =>
    route.name === 'abort' ? !run.isForgotten(clock.now()) : run.isSeen(clock.now(), lagMilliseconds);
  const handle = (call: Call): Answer => {
    const run = world.runs.find(call.params.id!);
    const { org, project } = scopeOf(call);
    const isThere = run !== undefined && run.origin.org === org && run.origin.project === project;
    const strike = { route: route.name, call, facts: isThere ? run.facts : {} };
    return struck(world, strike, () =>
      isThere && isKnown(run)
        ? answer(run, call)
        : failure('ENTITY_NOT_FOUND', `Plan execution ${call.params.id} not found`),
    );
  };
  return { ...route, handle: (call) => missingScope(call) ?? handle(call) };
};

/** The older call cannot tell a waiting event from one that never existed; the newer one shows QUEUED. */
const eventRoutes = (world: World): readonly Route[] => {
  const path = '/pipeline/api/webhook/triggerExecutionDetails';
  const answer = (call: Call, isNewer: boolean): Answer => {
    const event = world.events.find(call.params.id!);
    const facts = event === undefined ? {} : { ...event.origin.payload, pipeline: event.triggers[0]?.pipeline };
    const except = isNewer ? {} : ({ except: 'no-v2-details' } as const);
    return struck(world, { route: 'event-details', call, facts, ...except }, () => {
      if (isNewer && world.options.details === 'v1') return noSuchRoute(call);
      const isReady = event !== undefined && event.status !== 'QUEUED';
      if (event === undefined || !(isReady || isNewer))
        return failure('INVALID_REQUEST', `Webhook event ${call.params.id} not found in history`);
      const view = viewOf(world);
      const run = event.runs[0] === undefined ? undefined : world.runs.find(event.runs[0]);
      const isSeen = run?.isSeen(view.now, view.options.lagMilliseconds) === true;
      return success(eventDetailsOf(event, isSeen ? run : undefined, view));
    });
  };
  const route = { name: 'event-details', method: 'GET' } as const;
  return [
    { ...route, path: `${path}/:id`, handle: (call) => answer(call, false) },
    { ...route, path: `${path}V2/:id`, handle: (call) => answer(call, true) },
  ];
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
