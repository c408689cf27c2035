import { runCli } from '../lib/cli/program.ts';
import { processTerminal, readStdin } from '../lib/cli/terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  terminal: processTerminal(),
  readStdin,
});
