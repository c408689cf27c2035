import { expect, test } from 'vitest';
import { exitStatus } from '../../lib/cli/failure.ts';
import { run } from '../cli/cli-world.ts';
import { inBackticks, matches, read, table, unique } from './pages.ts';

const page = read('docs/commands.md');

/** A command's own options are in its row. These have fewer of the shared ones. */
const common: Readonly<Record<string, readonly string[]>> = {
  demo: [],
  'demo canary': [],
  serve: ['--json'],
  init: ['--json'],
  'token create': ['--json'],
  'token list': ['--json'],
  'token revoke': ['--json'],
  'catalogue apply': ['--json'],
  'cluster-role': ['--json'],
  validate: ['--json'],
  schema: ['--json'],
  completion: ['--json'],
};

test('lists the verbs and options of the program', async () => {
  const written = table(page, '| verb | what | options |');
  const help = (await run(['--help'])).out.join('\n').split('Commands:')[1]!;
  const verbs = matches(help, /^ {2}([a-z-]+) /gm).filter((verb) => verb !== 'help');
  expect(unique(written.map(([verb]) => inBackticks(verb!)[0]!.split(' ')[0]!))).toEqual(unique(verbs));
  for (const [cell, , options] of written) {
    const words = inBackticks(cell!)[0]!.split(' ');
    const verb = words.filter((word) => /^[a-z-]+$/.test(word));
    const names = words.slice(verb.length);
    const own = (await run([...verb, '--help'])).out.join('\n');
    const parameters = matches(own.split('\n')[0]!, /<(\w+)(?:\.\.\.)?>/g).map((name) => name.toUpperCase());
    const name = verb.join(' ');
    expect(names, name).toEqual(parameters);
    const shared = common[name] ?? ['--json', '--url', '--token-file', '--by'];
    expect(unique([...inBackticks(options!), ...shared]), name).toEqual(
      unique(matches(own, /^ {2}(?:-\w, )?(--[\w-]+)/gm).filter((name) => name !== '--help')),
    );
  }
});

test('has the exit statuses of the program, with the texts of its help', async () => {
  const written = table(page, '| exit status | |');
  expect(written.map(([status]) => Number(status))).toEqual(Object.values(exitStatus));
  const help = (await run(['--help'])).out.join('\n');
  const words = help
    .split('Exit status: ')[1]!
    .replace(/\.\s*$/, '')
    .split(', ');
  for (const [place, [status, meaning]] of written.entries()) {
    expect(`${status} ${meaning}`.startsWith(words[place]!), `"${meaning}" begins as "${words[place]}"`).toBe(true);
  }
});
