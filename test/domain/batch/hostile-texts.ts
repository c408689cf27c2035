const most = 16 * 1024 * 1024;
const fill = (part: string, size = 4 * 1024 * 1024): string => part.repeat(Math.floor(size / part.length));
const laughs = [...'abcdefgh'].map((letter, at) => {
  const previous = at === 0 ? '"ha"' : `*${'abcdefgh'[at - 1]}`;
  return `${letter}: &${letter} [${Array(10).fill(previous).join(', ')}]`;
});
const wide = `a: &a { ${Array.from({ length: 5000 }, (_, at) => `k${at}: 1`).join(', ')} }`;

/** Texts that are expensive to read, each with the code of the first issue that reports it. */
export const hostileTexts: readonly (readonly [what: string, text: string, code: string])[] = [
  ['ten million laughs', laughs.join('\n'), 'TooManyAliases'],
  ['merge keys that multiply', `${wide}\nb:\n${'- <<: *a\n'.repeat(5000)}`, 'TooManyAliases'],
  ['deep lists', fill('[', 800_000), 'TooDeep'],
  ['deep mappings', fill('{ a: ', 1_500_000), 'TooDeep'],
  ['deep lists without brackets', fill('- '), 'TooDeep'],
  [
    'deep mappings by indentation',
    Array.from({ length: 2800 }, (_, at) => `${' '.repeat(at)}a:`).join('\n'),
    'TooDeep',
  ],
  ['nothing but brackets', fill('['), 'TooLarge'],
  ['nothing but quotes', fill('""'), 'TooLarge'],
  ['nothing but quotes, below the limit', fill('"', 2_000_000), 'YamlSyntax'],
  ['nothing but lines', fill('\n'), 'TooLarge'],
  ['nothing but keys', fill('a: 1\n'), 'TooLarge'],
  ['many keys', Array.from({ length: 60_000 }, (_, at) => `k${at}: 1\n`).join(''), 'TooLarge'],
  ['many documents', fill('---\na\n', 1_000_000), 'YamlSyntax'],
  ['many aliases', `a: &a x\nb: [${'*a,'.repeat(100_000)}]`, 'TooLarge'],
  ['many errors', fill('- "a" b\n', 100_000), 'YamlSyntax'],
  ['many short words', `a:\n${`- [${'a,'.repeat(50)}a]\n`.repeat(15_000)}`, 'TooLarge'],
  ['one long word', fill('a', most), 'WrongType'],
  ['more than 16 MiB', fill('# a comment that is long\n', most + 100), 'TooLarge'],
  ['more than 16 MiB in bytes', `# ${'é'.repeat(most / 2)}`, 'TooLarge'],
];
