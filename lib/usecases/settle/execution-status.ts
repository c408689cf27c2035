import type { ExecutionEnd } from '../../domain/deployment/execution-end.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Deps } from '../deps.ts';

/** How an execution of the batch machine, or one of its children, ended; `RUNNING` until then. */
export const endOf = async (
  { workflow }: Pick<Deps, 'workflow'>,
  nameOrArn: string,
): Promise<ExecutionEnd | 'RUNNING'> => {
  try {
    const { status, ...said } = await workflow.describe('batch', nameOrArn);
    return status === 'RUNNING' ? 'RUNNING' : { status, ...said };
  } catch (error) {
    if (isFlotillaError(error, 'ExecutionMissing')) return { status: undefined };
    throw error;
  }
};
