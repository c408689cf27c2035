import { runCli } from '../lib/local/cli/program.ts';
import { processTerminal, readStdin } from '../lib/local/cli/terminal.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  terminal: processTerminal(),
  readStdin,
});
