import { connectStepFunctions } from '../../lib/adapters/step-functions.ts';
import type { Machine } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { variable } from './environment.ts';

/** What a function may do with executions. A machine that it may not use has no ARN here. */
export const workflowDeps = (...machines: readonly Machine[]): Pick<Deps, 'workflow'> => ({
  workflow: connectStepFunctions({
    batch: machines.includes('batch') ? variable('BATCH_MACHINE_ARN') : '',
    watch: machines.includes('watch') ? variable('WATCH_MACHINE_ARN') : '',
    preview: machines.includes('preview') ? variable('PREVIEW_MACHINE_ARN') : '',
  }),
});
