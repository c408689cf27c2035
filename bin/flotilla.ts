import { SystemClock, UlidIds } from '../lib/adapters/system-clock.ts';
import { endWithStarters } from '../lib/cli/end-with-starters.ts';
import { runCli } from '../lib/cli/program.ts';
import { processTerminal, readStdin } from '../lib/cli/terminal.ts';

const terminal = processTerminal();
endWithStarters(process.env, terminal.error);
const clock = new SystemClock();
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  terminal,
  clock,
  ids: new UlidIds(clock),
  readStdin,
});
