import { expect, test } from 'vitest';
import { triedOptions, triedVerbs } from '../../lib/cli/tried-words.ts';
import { run } from './cli-world.ts';

test.each<[line: string, expected: readonly string[]]>([
  ['apply', ['There is no command flotilla apply.', 'Use: flotilla deploy FILE  (submits a batch)']],
  ['aply', ['There is no command flotilla aply.', 'Use: flotilla deploy FILE  (submits a batch)']],
  ['deploi batch.yaml', ['There is no command flotilla deploi. Did you mean flotilla deploy?']],
  ['xyzzy', ['There is no command flotilla xyzzy.', 'All commands: flotilla --help']],
  ['catalogue shwo', ['There is no command flotilla catalogue shwo. Did you mean flotilla catalogue show?']],
  ['token delete', ['There is no command flotilla token delete.', 'There is: create, list, revoke']],
  [
    'deploy x --dry-run',
    ['flotilla deploy has no option --dry-run.', 'Use: flotilla plan WHAT  (shows what a batch would do)'],
  ],
  ['rollback x --dry-run', ['flotilla rollback has no option --dry-run. Use: --preview  (changes nothing)']],
  [
    'deploy -f x.yaml',
    ['flotilla deploy has no option -f.', 'Name the file without an option: flotilla deploy batch.yaml'],
  ],
  ['status x -f', ['flotilla status has no option -f. Use: --follow  (stays until it has ended)']],
  ['deploy x --wait', ['flotilla deploy has no option --wait. Use: --follow  (stays until it has ended)']],
  ['status x -o json', ['flotilla status has no option -o. Use: --json  (prints JSON)']],
  ['requests list --statsu x', ['flotilla requests list has no option --statsu. Did you mean --status?']],
  ['status x --environ=3', ['flotilla status has no option --environ. Did you mean --environment?']],
  ['list --xyzzy', ['flotilla list has no option --xyzzy.', 'All options: flotilla list --help']],
  ...(['status <id>', 'show <id> <key>', 'logs <id> <key>'] as const).map((usage): [string, readonly string[]] => [
    usage.split(' ')[0]!,
    [
      "Missing required argument 'id'.",
      'Give latest for your last batch, or an id: flotilla list shows them.',
      `Usage: flotilla ${usage.replace(' ', ' [options] ')}`,
    ],
  ]),
  ['requests show', ["Missing required argument 'id'.", 'Usage: flotilla requests show [options] <id>']],
  ['deploy', ["Missing required argument 'what'.", 'Usage: flotilla deploy [options] <what>']],
])('flotilla %s', async (line, expected) => {
  const { status, error, out } = await run(line.split(' '));
  expect([status, error, out]).toEqual([2, expected, []]);
});

test('prints JSON with --json', async () => {
  const { status, out, error } = await run(['apply', '--json']);
  expect([status, JSON.parse(out[0]!), error]).toEqual([2, { detail: expect.stringContaining('flotilla deploy') }, []]);
});

test('names of built-in properties get no suggestion', async () => {
  expect((await run(['constructor'])).error[0]).toBe('There is no command flotilla constructor.');
});

/** Every command in a text: the words before the first name in capitals, and its options. */
const namedIn = (text: string): readonly string[] =>
  [...text.matchAll(/flotilla (--version|[a-z][a-z-]*(?: [a-z-]+)*[^.;:)]*)/g)].map(([, line]) => line!);

test.each(
  [
    ...Object.entries(triedVerbs).flatMap(([word, { use, why }]) => [`${word}: flotilla ${use}`, `${word}: ${why}`]),
    ...Object.entries(triedOptions).flatMap(([option, all]) =>
      all.map(({ use, why = '' }) => `${option}: ${use === undefined ? '' : `flotilla ${use}; `}${why}`),
    ),
  ].filter((text) => namedIn(text).length > 0),
)('what a suggestion names exists: %s', async (text) => {
  for (const line of namedIn(text)) {
    if (line.startsWith('--version')) continue;
    const words = line.trim().split(' ');
    const help = (await run([words[0]!, '--help'])).out.join('\n');
    expect(help, line).toContain(`Usage: flotilla ${words[0]}`);
    const second =
      words[1] !== undefined && /^[a-z]+$/.test(words[1]) && help.includes('Commands:') ? words[1] : undefined;
    if (second !== undefined) expect(help).toContain(`  ${second} `);
    for (const option of line.match(/--[a-z-]+/g) ?? []) expect(help, line).toContain(option);
  }
});

test('no existing command counts as a mistaken one', async () => {
  const help = (await run(['--help'])).out.join('\n').split('Commands:')[1]!;
  const verbs = [...help.matchAll(/^ {2}([a-z-]+) /gm)].map(([, verb]) => verb!);
  expect(verbs.filter((verb) => Object.hasOwn(triedVerbs, verb))).toEqual([]);
});
