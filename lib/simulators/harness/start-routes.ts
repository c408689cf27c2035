import { type Answer, failure, invalidFields, success } from './envelopes.ts';
import { type Payload, payloadOfJson, payloadOfYaml } from './payload.ts';
import type { Call, Route } from './router.ts';
import { planExecutionOf } from './run-views.ts';
import { struck } from './struck.ts';
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

export const startRoutes = (world: World): readonly Route[] => {
  const webhook = (call: Call, token: string | undefined): Answer => {
    const pipeline = call.query.get('pipelineIdentifier') ?? undefined;
    const trigger = call.query.get('triggerIdentifier') ?? undefined;
    const triggers = matchTriggers(world.options.triggers, { pipeline, trigger, token });
    if (typeof triggers === 'string') return failure('INVALID_REQUEST', triggers);
    const payload = payloadOfJson(call.body);
    if (payload === undefined) return failure('INVALID_REQUEST', 'The webhook event could not be received');
    const facts = { ...payload, pipeline: triggers[0]!.pipeline };
    return struck(world, { route: 'webhook', call, facts }, () => {
      const faults = world.faults.drawStart(facts);
      return storedAnswer(world, call, world.events.store(triggers, { ...scopeOf(call), payload, faults }).id);
    });
  };
  const checked = (handle: (call: Call) => Answer) => (call: Call) => missingScope(call) ?? handle(call);
  return [
    {
      ...{ name: 'webhook', method: 'POST', path: '/pipeline/api/webhook/custom/v2' },
      handle: checked((call) => webhook(call, undefined)),
    },
    {
      name: 'webhook',
      method: 'POST',
      path: '/pipeline/api/webhook/custom/:token/v3',
      handle: checked((call) => webhook(call, call.params.token)),
    },
    {
      name: 'execute',
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
  const facts = { ...payload, pipeline };
  return struck(world, { route: 'execute', call, facts }, () => {
    const run = world.runs.start({
      ...{ pipeline, payload, faults: world.faults.drawStart(facts) },
      ...scopeOf(call),
      ...(notes === undefined ? {} : { notes }),
    });
    return success(planExecutionOf(run));
  });
};
