import { asFailure } from '../lib/cli/failure-of.ts';
import { refuseUncheckedTls } from '../lib/domain/unchecked-tls.ts';
import { deployMode } from './deploy-mode.ts';
import { readInputs } from './inputs.ts';
import { logTerminal } from './log-terminal.ts';
import { planMode } from './plan-mode.ts';
import type { ActionWorld } from './runner.ts';

/** Runs one step and returns its exit status. It throws nothing. */
export const runAction = async (world: ActionWorld): Promise<number> => {
  const { runner, env } = world;
  try {
    refuseUncheckedTls(env);
    const inputs = readInputs((name) => runner.input(name), env);
    return await (inputs.mode === 'plan' ? planMode(world, inputs) : deployMode(world, inputs));
  } catch (error) {
    const { lines, status } = asFailure(error);
    const log = logTerminal(runner);
    for (const line of lines) log.error(line);
    runner.annotate('error', lines.join('\n'));
    return status;
  }
};
