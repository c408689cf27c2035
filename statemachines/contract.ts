import * as z from 'zod';

/**
 * Input and output of every task of the state machines, one row per function. `token` is present if the task waits for
 * one.
 */

const batchId = z.string().min(1).max(64);
const index = z.int().min(0);
const deployment = { batch_id: batchId, index };
const waiting = { token: z.string().min(1), execution_arn: z.string().min(1) };
const watching = { watcher: z.string().min(1), generation: z.int().min(1), started_at: z.number() };
/** The error that led the execution to Record: `$states.errorOutput`, passed on unchanged. */
const failure = z.object({ Error: z.string().optional(), Cause: z.string().optional() });

export const contract = {
  'plan-batch': {
    input: z.union([
      z.object({ batch_id: batchId, execution_arn: z.string().min(1) }),
      z.object({ task: z.literal('fetch'), preview_id: batchId }),
    ]),
    output: z.union([z.object({ count: z.int().min(1) }), z.strictObject({})]),
  },
  'await-turn': { input: z.object({ ...deployment, ...waiting }), output: z.object({}) },
  'capture-baseline': {
    input: z.object(deployment),
    // `wait_seconds`: how long a start may wait for room, separate from its run's time. `on_cluster`: the function that
    // changes clusters handles the deployment or its restore.
    output: z.object({
      attempt: z.int().min(1),
      timeout_seconds: z.int().min(1),
      wait_seconds: z.int().min(0),
      on_cluster: z.boolean(),
      restore_on_cluster: z.boolean(),
    }),
  },
  'start-deployment': {
    input: z.object({ ...deployment, ...waiting, attempt: z.int().min(1) }),
    output: z.object({}),
  },
  'look-back': { input: z.object(deployment), output: z.object({}) },
  'start-restore': { input: z.object({ ...deployment, ...waiting }), output: z.object({}) },
  'verify-rollout': {
    input: z.object({ ...deployment, ...waiting, attempt: z.union([z.int().min(1), z.literal('restore')]) }),
    output: z.object({}),
  },
  'record-outcome': {
    input: z.object({ ...deployment, execution_arn: z.string().min(1).optional(), error: failure.optional() }),
    output: z.int(),
  },
  'conclude-batch': {
    input: z.object({ batch_id: batchId, round: z.int().min(1), error: failure.optional() }),
    output: z.object({
      ...{ next: z.enum(['finish', 'deployments']), count: z.int(), round: z.int() },
      why: z.string().optional(),
    }),
  },
  'finish-batch': {
    input: z.object({ batch_id: batchId, why: z.string().optional() }),
    output: z.object({ status: z.string() }),
  },
  'watch-executor': {
    input: z.object(watching),
    output: z.object({ more: z.boolean() }),
  },
  'deploy-to-cluster': {
    input: z.discriminatedUnion('task', [
      z.object({ task: z.literal('start'), ...deployment, ...waiting, attempt: z.int().min(1) }),
      z.object({ task: z.literal('restore'), ...deployment, ...waiting }),
      z.object({ task: z.literal('watch'), ...watching }),
      // `place`: with an error, the copy that ended with it; empty for the function without a place.
      z.object({
        ...{ task: z.literal('preview'), preview_id: batchId },
        ...{ error: failure.optional(), place: z.string().optional() },
      }),
    ]),
    // `place`: for a preview, the place whose copy continues it.
    output: z.union([z.object({ more: z.boolean() }), z.strictObject({ place: z.string().optional() })]),
  },
  'watch-cluster': {
    input: z.object(watching),
    output: z.object({ more: z.boolean() }),
  },
} as const;

export type TaskName = keyof typeof contract;
export type TaskInput<Name extends TaskName> = z.output<(typeof contract)[Name]['input']>;
export type TaskOutput<Name extends TaskName> = z.output<(typeof contract)[Name]['output']>;
