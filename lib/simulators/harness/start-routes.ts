import { type Answer, failure, htmlError, invalidFields, success, throttledAtEdge } from './envelopes.ts';
import type { Drawn } from './faults.ts';
import { type Payload, payloadOfJson, payloadOfYaml } from './payload.ts';
import type { Call, Route } from './router.ts';
import { planExecutionOf } from './run-views.ts';
import { matchTriggers } from './triggers.ts';
import type { World } from './world.ts';

const scopeNames = ['accountIdentifier', 'orgIdentifier', 'projectIdentifier'] as const;

export const missingScope = (call: Call): Answer | undefined => {
  const missing = scopeNames.filter((name) => (call.query.get(name) ?? '') === '');
  return missing.length === 0 ? undefined : invalidFields(missing);
};

export const scopeOf = (call: Call): { org: string; project: string } => ({
  org: call.query.get('orgIdentifier') ?? '',
  project: call.query.get('projectIdentifier') ?? '',
});

/** The answer of a start that never stored anything. */
const refuse = (drawn: Drawn): Answer | undefined => {
  if (drawn.has('reject')) return failure('INVALID_REQUEST', 'SIMULATED: this start is refused');
  if (drawn.has('too-many-requests')) return throttledAtEdge();
  if (drawn.has('throttle')) return failure('TOO_MANY_REQUESTS', 'SIMULATED: too many requests');
  if (drawn.get('server-error')?.when === 'before') return failure('UNKNOWN_ERROR', 'SIMULATED: nothing was stored');
  if (drawn.get('html-error')?.when === 'before') return htmlError();
  return undefined;
};

/** The start was taken; what the caller hears of it is another matter. */
const reply = (drawn: Drawn, answer: Answer): Answer => {
  if (drawn.has('drop-reply')) return { status: 0, destroy: true };
  if (drawn.has('server-error')) return failure('UNKNOWN_ERROR', 'SIMULATED: it was stored all the same');
  if (drawn.has('html-error')) return htmlError();
  return answer;
};

export const startRoutes = (world: World): readonly Route[] => {
  const webhook = (call: Call, token: string | undefined): Answer => {
    const pipeline = call.query.get('pipelineIdentifier') ?? undefined;
    const trigger = call.query.get('triggerIdentifier') ?? undefined;
    const triggers = matchTriggers(world.options.triggers, { pipeline, trigger, token });
    if (typeof triggers === 'string') return failure('INVALID_REQUEST', triggers);
    const payload = payloadOfJson(call.body);
    if (payload === undefined) return failure('INVALID_REQUEST', 'The webhook event could not be received');
    const faults = world.faults.draw(triggers[0]!.pipeline, payload);
    return (
      refuse(faults) ??
      reply(faults, storedAnswer(world, call, world.events.store(triggers, { ...scopeOf(call), payload, faults }).id))
    );
  };
  const checked = (handle: (call: Call) => Answer) => (call: Call) => missingScope(call) ?? handle(call);
  return [
    { method: 'POST', path: '/pipeline/api/webhook/custom/v2', handle: checked((call) => webhook(call, undefined)) },
    {
      method: 'POST',
      path: '/pipeline/api/webhook/custom/:token/v3',
      handle: checked((call) => webhook(call, call.params.token)),
    },
    {
      method: 'POST',
      path: '/pipeline/api/pipeline/execute/:pipeline',
      handle: checked((call) => execute(world, call)),
    },
  ];
};

const storedAnswer = (world: World, call: Call, event: string): Answer => {
  const account = encodeURIComponent(call.query.get('accountIdentifier') ?? '');
  return success({
    eventCorrelationId: event,
    apiUrl: `${world.url()}/pipeline/api/webhook/triggerExecutionDetailsV2/${event}?accountIdentifier=${account}`,
    uiUrl: `${world.url()}/ng/#/account/${account}/cd/deployments`,
    uiSetupUrl: `${world.url()}/ng/#/account/${account}/cd/pipelines`,
  });
};

const execute = (world: World, call: Call): Answer => {
  const pipeline = call.params.pipeline!;
  const isKnown = world.options.triggers?.some((each) => each.pipeline === pipeline) ?? true;
  if (!isKnown) return failure('ENTITY_NOT_FOUND', `Pipeline with identifier ${pipeline} not found`);
  const notes = call.query.get('notesForPipelineExecution') ?? undefined;
  const payload: Payload | string = payloadOfYaml(call.body, pipeline, notes);
  if (typeof payload === 'string') return failure('INVALID_REQUEST', payload);
  const faults = world.faults.draw(pipeline, payload);
  const refused = refuse(faults);
  if (refused !== undefined) return refused;
  const run = world.runs.start({
    pipeline,
    payload,
    faults,
    ...scopeOf(call),
    ...(notes === undefined ? {} : { notes }),
  });
  return reply(faults, success(planExecutionOf(run)));
};
