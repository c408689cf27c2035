import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Passage, passagesOfHashComments, passagesOfMarkdown, passagesOfTypeScript } from './prose.ts';
import { turns } from './turns.ts';

/** Plain, short English: `node_modules/.bin/node --no-warnings test/docs/words.ts PATH…` lists everything else. */
export const mostWords = 30;

export interface WordProblem {
  readonly found: string;
  readonly hint: string;
}

/** Literal, old or inverted turns of phrase in a passage. */
export const badTurns = (text: string): readonly WordProblem[] =>
  turns.flatMap(({ pattern, instead }) => {
    const found = pattern.exec(text)?.[0];
    return found === undefined ? [] : [{ found: found.replace(/^[.!?] /, ''), hint: `write: ${instead}` }];
  });

const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?…][)"'”]?)\s+(?=["'“(]?[\p{L}\d·])/u);
const wordsOf = (sentence: string): number => sentence.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word)).length;

/** Sentences of more than 30 words. */
export const longSentences = (text: string): readonly WordProblem[] =>
  sentencesOf(text).flatMap((sentence) => {
    const words = wordsOf(sentence);
    if (words <= mostWords) return [];
    return [{ found: `${sentence.slice(0, 60)}…`, hint: `${words} words: make two sentences of it` }];
  });

const passagesOf = (path: string, text: string): readonly Passage[] => {
  if (path.endsWith('.md')) return passagesOfMarkdown(text);
  if (/\.(ya?ml|sh|bash|py)$/.test(path)) return passagesOfHashComments(text);
  if (path.endsWith('.asl.json')) return commentsOfMachine(text);
  return passagesOfTypeScript(text);
};

/** `Comment` fields of a state machine. */
const commentsOfMachine = (text: string): readonly Passage[] =>
  text.split('\n').flatMap((line, index) => {
    const comment = /"Comment": "(.*)",?$/.exec(line)?.[1];
    return comment === undefined ? [] : [{ line: index + 1, text: comment }];
  });

/** Each problem of a file, with its line: `docs/a.md:3: whoever (write: anyone who)`. */
export const wordProblems = (path: string, text: string): readonly string[] =>
  passagesOf(path, text).flatMap((passage) =>
    [...badTurns(passage.text), ...longSentences(passage.text)].map(
      ({ found, hint }) => `${path}:${passage.line}: ${found} (${hint})`,
    ),
  );

const patterns = '**/*.{md,ts,js,mjs,yaml,yml,sh,asl.json}';

/** The files below a folder, or the file itself. */
export const filesOf = (path: string): readonly string[] =>
  statSync(path).isDirectory()
    ? globSync(patterns, {
        cwd: path,
        exclude: (name) => /(^|\/)(node_modules|dist|cdk\.out|pages)$/.test(String(name)),
      })
        .map((name) => join(path, name))
        .sort()
    : [path];

if (import.meta.main) {
  const problems = process.argv
    .slice(2)
    .flatMap(filesOf)
    .flatMap((path) => wordProblems(path, readFileSync(path, 'utf8')));
  for (const problem of problems) console.log(problem);
  console.log(`${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
