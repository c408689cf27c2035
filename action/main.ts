import { SystemClock, UlidIds } from '../lib/adapters/system-clock.ts';
import { githubRunner } from './github-runner.ts';
import { runAction } from './run-action.ts';

const clock = new SystemClock();
process.exitCode = await runAction({
  env: process.env,
  directory: process.env.GITHUB_WORKSPACE || process.cwd(),
  clock,
  ids: new UlidIds(clock),
  runner: githubRunner,
});
