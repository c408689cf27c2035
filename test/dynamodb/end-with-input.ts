import { spawn } from 'node:child_process';

/** Runs a program that would outlive its parent: it ends with the input of this one, also after a SIGKILL. */
const [file = '', ...args] = process.argv.slice(2);
const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', ({ message }) => console.error(message));
child.once('close', (code) => process.exit(code ?? 1));
process.stdin.once('end', () => child.kill('SIGKILL')).resume();
