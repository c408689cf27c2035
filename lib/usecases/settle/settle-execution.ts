import type { ExecutionEnd } from '../../domain/deployment/execution-end.ts';
import type { Deps } from '../deps.ts';
import { isBusy, reviveWatcher } from '../wait/watchers.ts';
import { settleBatch } from './settle-batch.ts';
import { settleToldChild } from './settle-child.ts';

type Needs = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'pace' | 'catalogue'>;

/** What an execution was for, by its input. */
export type Subject =
  | { readonly kind: 'batch'; readonly batch_id: string }
  | { readonly kind: 'child'; readonly batch_id: string; readonly index: number; readonly execution_arn: string }
  | { readonly kind: 'watcher'; readonly watcher: string };

/**
 * Cleans up after an execution that was stopped, failed or timed out, as soon as its event comes. Does what the sweeper
 * would do within a minute, and is as safe to repeat. A late event finds nothing to do.
 */
export const settleExecution = async (deps: Needs, subject: Subject, end: ExecutionEnd): Promise<void> => {
  const { error, cause } = end;
  if (subject.kind === 'batch') await settleBatch(deps, subject.batch_id, { error, cause });
  else if (subject.kind === 'child') {
    await settleToldChild(deps, subject, { execution_arn: subject.execution_arn, end });
  } else if (await isBusy(deps, subject.watcher)) await reviveWatcher(deps, subject.watcher);
};
