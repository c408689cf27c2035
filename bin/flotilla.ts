import { userInfo } from 'node:os';
import { SystemClock, UlidIds } from '../lib/adapters/system-clock.ts';
import { endWithStarters } from '../lib/cli/end-with-starters.ts';
import { runCli } from '../lib/cli/program.ts';
import { processTerminal, readStdin } from '../lib/cli/terminal.ts';

/** An account without an entry, as containers have, has none. */
const loginOf = (): string | undefined => {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
};

const terminal = processTerminal();
endWithStarters(process.env, terminal.error);
const clock = new SystemClock();
process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  login: loginOf(),
  directory: process.cwd(),
  terminal,
  clock,
  ids: new UlidIds(clock),
  readStdin,
});
