import { isTerminal } from '../domain/deployment/status.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import { type ExitStatus, exitStatus } from './failure.ts';

/** A batch that ended badly has failed; one that still runs has not. */
export const endStatus = ({ status }: Pick<BatchView, 'status'>): ExitStatus =>
  isTerminal(status) && status !== 'SUCCESS' ? exitStatus.failed : exitStatus.done;
