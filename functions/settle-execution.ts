import * as z from 'zod';
import type { JsonObject } from '../lib/domain/json.ts';
import { type Subject, settleExecution } from '../lib/usecases/settle/settle-execution.ts';
import { catalogueDeps } from './runtime/configuration.ts';
import { onLambda } from './runtime/on-lambda.ts';
import { documentDeps, tableDeps } from './runtime/storage.ts';
import { workflowDeps } from './runtime/workflow.ts';

/** EventBridge's "Step Functions Execution Status Change", for an execution that did not succeed. */
const event = z.object({
  detail: z.object({
    executionArn: z.string().min(1),
    status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']),
    input: z.string().nullable(),
    error: z.string().nullish(),
    cause: z.string().nullish(),
  }),
});

const batch = z.object({ batch_id: z.string().min(1) });
const child = z.object({ batch_id: z.string().min(1), index: z.int().min(0) });
const watcher = z.object({ watcher: z.string().min(1), generation: z.int().min(1) });

/** Undefined for an execution that somebody started by hand with other input: nothing of ours depends on it. */
const subjectIn = (execution_arn: string, input: JsonObject): Subject | undefined => {
  const ofChild = child.safeParse(input);
  if (ofChild.success) return { kind: 'child', ...ofChild.data, execution_arn };
  const ofBatch = batch.safeParse(input);
  if (ofBatch.success) return { kind: 'batch', ...ofBatch.data };
  const ofWatcher = watcher.safeParse(input);
  return ofWatcher.success ? { kind: 'watcher', watcher: ofWatcher.data.watcher } : undefined;
};

/** Called for each of our executions that was stopped, failed or timed out. */
export const create =
  (deps: Parameters<typeof settleExecution>[0]): ((event: unknown) => Promise<void>) =>
  async (given) => {
    const { executionArn, status, input, error, cause } = event.parse(given).detail;
    // Our inputs are never too long for an event.
    const subject = input === null ? undefined : subjectIn(executionArn, JSON.parse(input) as JsonObject);
    if (subject === undefined) return;
    await settleExecution(deps, subject, { status, error: error ?? undefined, cause: cause ?? undefined });
  };

export const handler = onLambda(() =>
  create({ ...tableDeps(), ...documentDeps(), ...catalogueDeps(), ...workflowDeps('batch', 'watch') }),
);
