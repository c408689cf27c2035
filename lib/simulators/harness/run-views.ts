import type { StoredEvent } from './events.ts';
import type { Settled } from './options.ts';
import type { Run, Stage } from './run.ts';

const node = (stage: Readonly<Stage>): Record<string, unknown> => ({
  nodeType: 'Deployment',
  nodeGroup: 'STAGE',
  nodeIdentifier: stage.name,
  name: stage.name,
  nodeUuid: stage.id,
  nodeExecutionId: stage.id,
  status: stage.status,
  module: 'cd',
  ...(stage.startTs === undefined ? {} : { startTs: stage.startTs }),
  ...(stage.endTs === undefined ? {} : { endTs: stage.endTs }),
  // A failure's text is in the response messages; the plain message is empty.
  ...(stage.failure === undefined ? {} : { failureInfo: failureInfo(stage.failure) }),
});

const failureInfo = (message: string): Record<string, unknown> => ({
  message: '',
  failureTypeList: [],
  responseMessages: [{ code: 'GENERAL_ERROR', level: 'ERROR', message, exception: null, failureTypes: [] }],
});

const triggerInfo = (run: Run): Record<string, unknown> => {
  const { event, trigger, org, project } = run.origin;
  if (event === undefined)
    return { triggerType: 'MANUAL', triggeredBy: { identifier: 'simulated-user', extraInfo: {} } };
  return {
    triggerType: 'WEBHOOK_CUSTOM',
    triggeredBy: {
      identifier: trigger,
      extraInfo: { eventCorrelationId: event, triggerRef: `${org}/${project}/${trigger}` },
    },
    isRerun: false,
  };
};

/** What the service shows at one moment. */
export interface View {
  readonly now: number;
  readonly options: Pick<Settled, 'lagMilliseconds' | 'notes' | 'payload' | 'executionDetails'>;
}

/** An older service does not show in the row whether there are notes. */
const notesIn = (run: Run, { notes }: View['options']): Record<string, unknown> => {
  if (notes === 'hidden' || run.origin.faults.has('hide-notes')) return {};
  const shown = notes === 'row' ? { notes: run.origin.notes ?? '' } : {};
  return { notesExistForPlanExecutionId: run.origin.notes !== undefined, ...shown };
};

const isUnderWay = ({ startTs, endTs }: Readonly<Stage>): boolean => startTs !== undefined && endTs === undefined;

/** The row of the list call, and the core of the detail call. It has no payload. */
export const summaryOf = (run: Run, { now, options }: View): Record<string, unknown> => {
  const look = run.look(now, options.lagMilliseconds);
  const failed = look.stages.find(({ failure }) => failure !== undefined)?.failure;
  const count = (...wanted: readonly string[]): number =>
    look.stages.filter(({ status }) => wanted.includes(status)).length;
  return {
    pipelineIdentifier: run.origin.pipeline,
    orgIdentifier: run.origin.org,
    projectIdentifier: run.origin.project,
    planExecutionId: run.id,
    name: run.origin.pipeline,
    status: look.status,
    tags: [],
    executionTriggerInfo: triggerInfo(run),
    ...(failed === undefined ? {} : { failureInfo: failureInfo(failed) }),
    layoutNodeMap: Object.fromEntries(look.stages.map((stage) => [stage.id, node(stage)])),
    modules: ['cd', 'pms'],
    startingNodeId: look.stages[0]!.id,
    startTs: run.createdAt,
    ...(look.endTs === undefined ? {} : { endTs: look.endTs }),
    createdAt: run.createdAt,
    canRetry: look.endTs !== undefined,
    runSequence: run.sequence,
    successfulStagesCount: count('Success'),
    runningStagesCount: look.stages.filter(isUnderWay).length,
    failedStagesCount: count('Failed', 'Errored', 'Expired'),
    totalStagesCount: look.stages.length,
    ...(look.status === 'Aborted' && run.abortedBy !== undefined ? { abortedBy: { email: run.abortedBy } } : {}),
    executionMode: 'NORMAL',
    ...notesIn(run, options),
  };
};

/** The reply of the details calls. Times are milliseconds; the flag is spelt with one r; the payload is a text. */
export const eventDetailsOf = (event: StoredEvent, run: Run | undefined, view: View): Record<string, unknown> => {
  const [first] = event.triggers;
  const { org, project, payload, faults } = event.origin;
  const { options } = view;
  const isPayloadShown = options.payload === 'shown' && !faults.has('hide-payload');
  const isRunShown = options.executionDetails === 'shown' && !faults.has('hide-execution-details');
  return {
    webhookProcessingDetails: {
      eventFound: true,
      eventId: event.id,
      orgIdentifier: org,
      projectIdentifier: project,
      triggerIdentifier: first?.trigger ?? null,
      pipelineIdentifier: first?.pipeline ?? null,
      pipelineExecutionId: event.runs[0] ?? null,
      exceptionOccured: event.exceptionOccured,
      status: event.status,
      message: event.message ?? null,
      payload: isPayloadShown ? payload.text : null,
      eventCreatedAt: event.createdAt,
      runtimeInput: null,
      warningMsg: event.warning ?? null,
    },
    executionDetails: run === undefined || !isRunShown ? null : { pipelineExecutionSummary: summaryOf(run, view) },
  };
};

/** The reply of the execute call, the only one with the engine's words (RUNNING, SUCCEEDED). */
export const planExecutionOf = (run: Run): Record<string, unknown> => ({
  planExecution: {
    uuid: run.id,
    createdAt: run.createdAt,
    planId: `plan-${run.id}`,
    setupAbstractions: {},
    status: 'RUNNING',
    startTs: run.createdAt,
    metadata: { executionUuid: run.id, runSequence: run.sequence, pipelineIdentifier: run.origin.pipeline },
  },
  gitDetails: {},
});
