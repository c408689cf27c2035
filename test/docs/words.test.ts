import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { passagesOfHashComments, passagesOfMarkdown, passagesOfTypeScript } from './prose.ts';
import { turns } from './turns.ts';
import { badTurns, filesOf, longSentences, wordProblems } from './words.ts';

const root = join(import.meta.dirname, '..', '..');

/** Everything below these must follow the rules. A folder is added when it is clean. */
const held: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'docs'],
  ...['examples', 'action', 'findings', 'statemachines', 'bin', 'functions', 'lib'],
  'test',
];
/** They show bad turns. */
const exempt: readonly string[] = ['test/docs/turns.ts', 'test/docs/words.test.ts'];
/** They contain a licence, a style sheet and shell scripts. */
const quoting: readonly string[] = [
  'lib/build/notices.ts',
  'functions/api/openapi/page-style.ts',
  'lib/cli/completion-scripts.ts',
];

const bad: readonly string[] = [
  'Whoever asks is not told.',
  'The person of whom it knows.',
  'Slower for those who wait.',
  'It is compressed for who takes that.',
  'None else changes a cluster.',
  '202 to friend and stranger.',
  'It is red, as a new user asked.',
  "ABORTED is somebody’s doing. It is somebody's doing.",
  'Every problem is told at once.',
  'It is put aside and told of.',
  'The row tells of each change.',
  'A line that speaks of two.',
  'There is none, it is said.',
  'Said again, it changes nothing.',
  'What is said above holds.',
  'It answers in its own words.',
  'It fails without a word.',
  'A batch stands in every line.',
  'What stands there is compared.',
  'It stood there before.',
  'The recordings lie beside this repository.',
  'A damaged file is put aside.',
  'No account was at hand.',
  'The end thereof.',
  'It refuses likewise.',
  'It grows so long as it runs.',
  'At most so many at once.',
  'It asks for three, and so many are ready.',
  'It is as good as done.',
  'It has as long again as the timeout.',
  'It is read once and for all.',
  'A day all in all.',
  'Medians, new by old.',
  'It is kept beside that of the service.',
  'Its status is that of the batch.',
  'Records, the oldest of which goes.',
  'Retries and the like.',
  'It says which it is of.',
  'Look what became of it.',
  'What came of it is recorded.',
  'Sending twice does no harm.',
  'How clusters do well.',
  'The batch ended other than well.',
  'It brings the row in order.',
  'The release runs in good order.',
  'Heal what the error names.',
  'The cluster is away.',
  'It asks in vain.',
  'More ends than is borne.',
  'It was learnt from recordings.',
  'Each is held against the record.',
  'It holds the machine against the engine.',
  'It shows how it does.',
  'The dispatcher decides anew.',
  'It is read once more.',
  'What nobody saw in time, is a mark.',
  'Who has no role, sees nothing.',
  'Never is it sent twice.',
  'Of a batch that ended is known why.',
  'It ends, whatever becomes of the others.',
  'It is fast, whatever the number of batches.',
  'It is numbered once, however often it is sent.',
  'Every service, be it a Job or not.',
  'Its end is to be seen there.',
  'Its turn is of no use.',
  'It has to do with rights.',
  'Nobody knows what it did.',
];

describe('turns of phrase', () => {
  test.each(bad)('%s', (text) => {
    expect(badTurns(text)).not.toEqual([]);
  });

  test('each has an example', () => {
    expect(turns.filter(({ pattern }) => !bad.some((text) => pattern.test(text)))).toEqual([]);
    expect(turns.length).toBeGreaterThan(40);
  });

  test.each([
    'Anyone who can read the batch can see its name.',
    'The server reports all problems of a file at once.',
    'What is a batch? A batch is a list of deployments.',
    'Flotilla retries the pipeline three times, and then restores the last good release.',
    'The lock of the target is kept until you resolve it.',
    'The table says what stands in for AWS, and what stood in for it earlier.',
  ])('plain: %s', (text) => {
    expect([...badTurns(text), ...longSentences(text)]).toEqual([]);
  });
});

describe('sentences', () => {
  const words = (count: number): string => Array.from({ length: count }, (_, at) => `w${at}`).join(' ');
  test.each([
    ['thirty words', `${words(30)}.`, 0],
    ['thirty-one', `${words(31)}.`, 1],
    ['two of thirty', `${words(30)}. W${words(29)}.`, 0],
    ['signs and dashes are no words', `${words(30)} – / + …`, 0],
    ['a code span is one', `${words(29)} \`a b c d\``, 0],
  ])('%s', (_, text, count) => {
    expect(passagesOfMarkdown(text).flatMap((one) => longSentences(one.text))).toHaveLength(count);
  });
});

describe('what is read', () => {
  const of = (read: (text: string) => readonly { readonly line: number; readonly text: string }[], text: string) =>
    read(text).map(({ line, text: found }) => `${line} ${found}`);

  test('of Markdown: paragraphs, items, headings and cells, without addresses and code', () => {
    const page =
      '# Head\nOne\ntwo [three](http://x/whoever) `four`.\n\n- item *a*\n- item b\n```sh\ncode\n```\n| a | `b` |\n|---|---|\n| c d | e |\n';
    expect(of(passagesOfMarkdown, page)).toEqual([
      ...['1 Head', '2 One two three Code.', '5 item a', '6 item b'],
      ...['10 a', '12 c d', '12 e'],
    ]);
  });

  test('of TypeScript: comments and sentences, not code, names or regular expressions', () => {
    const source = [
      '/** First\n * line. */',
      'const a = /whoever "does this" or/ // that',
      '// one',
      '// two',
      "const b = ['a-name', 'It\\'s a sentence here.'] // biome-ignore lint: none",
      'const c = `And ${f({ a: `in there it is` })} as well.`; // end',
    ].join('\n');
    expect(of(passagesOfTypeScript, source)).toEqual([
      ...['1 First line.', '3 that', '4 one two', "6 It's a sentence here."],
      ...['7 end', '7 in there it is', '7 And Code as well.'],
    ]);
  });

  test('of a text with several lines: paragraphs, options and keys', () => {
    const source =
      'const help = `npm run a\n\nDoes it all\nat once.\n\n  --keep   keeps all that\n           it made\n  --in F   works in there\nname: not a sentence\n`;';
    expect(of(passagesOfTypeScript, source)).toEqual([
      ...['1 npm run a', '3 Does it all at once.', '6 --keep keeps all that it made'],
      ...['8 --in F works in there', '9 name: not a sentence'],
    ]);
  });

  test('of YAML and shell: text after a hash', () => {
    expect(of(passagesOfHashComments, '#!/bin/sh\n# One\n# two.\na: 1 # three\n# c: 5 # four\nb: "#4"\n')).toEqual([
      '2 One two.',
      '4 three',
      '5 four',
    ]);
  });
});

test('everything in the list is plain English', () => {
  const files = held.flatMap((path) => filesOf(join(root, path))).map((path) => path.slice(root.length + 1));
  const problems = files
    .filter((path) => !exempt.includes(path) && !quoting.includes(path))
    .flatMap((path) => wordProblems(path, readFileSync(join(root, path), 'utf8')));
  expect(problems).toEqual([]);
  expect(globSync(['test/docs/*.ts'], { cwd: root })).toEqual(expect.arrayContaining([...exempt]));
});
