import { CST, Lexer, LineCounter, type Parser } from 'yaml';
import { batchBytes, mebibytes } from './batch-size.ts';
import type { Finding, LineOf } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import { makeQuickParser } from './quick-parser.ts';

/** What a text may cost the parser: time, and memory of the API's function. */
export const yamlLimits = {
  bytes: batchBytes.atMost,
  /**
   * Characters that can begin or end something: each costs the parser several microseconds. 10,000 deployments with
   * every field have half of this as YAML, and nearly all of it as single-line JSON.
   */
  marks: 1_200_000,
  /** Keys and plain values, each about a kilobyte of memory during reading. Those 10,000 deployments have 540,000. */
  scalars: 600_000,
  depth: 40,
  /** Entries of one list or mapping. */
  entries: 20_000,
  /** Values with all aliases expanded. */
  values: 1_000_000,
  /** Keys from all merge keys together. */
  merged: 200_000,
  /** Everything after these is a consequence. */
  syntaxErrors: 50,
} as const;

export interface Tokens {
  readonly tokens: readonly CST.Token[];
  readonly lineOf: LineOf;
  /** Why reading stopped before the end, if it did. */
  readonly refusal?: Finding;
}

/**
 * Splits a text into syntax tokens, one for the whole document, and stops as soon as it costs too much. This happens
 * between lexer and composer because the composer recurses: a deep text must be stopped before it gets there.
 */
export const readTokens = (text: string): Tokens => {
  const counter = new LineCounter();
  counter.addNewLine(0);
  const tokens: CST.Token[] = [];
  const refusal = sizeRefusal(text) ?? collect(text, counter.addNewLine, tokens);
  const lineOf: LineOf = (offset) => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return refusal === undefined ? { tokens, lineOf } : { tokens: [], lineOf, refusal };
};

/** Lengths are checked now and then, which is enough. A prime, so that no regular text stays out of step with it. */
const lengthCheckInterval = 61;

const collect = (text: string, onNewLine: (offset: number) => void, tokens: CST.Token[]): Finding | undefined => {
  const { parser, next } = makeQuickParser(onNewLine);
  const seen = { documents: 0, errors: 0 };
  let lexemes = 0;
  let scalars = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === CST.SCALAR) scalars += 1;
    for (const token of next(lexeme)) {
      tokens.push(token);
      const refusal = streamRefusal(token, seen);
      if (refusal !== undefined) return refusal;
    }
    if (parser.stack.length > yamlLimits.depth) return tooDeep(parser.offset);
    lexemes += 1;
    if (lexemes % lengthCheckInterval !== 0) continue;
    const refusal = lengthRefusal(parser) ?? scalarsRefusal(parser, scalars);
    if (refusal !== undefined) return refusal;
  }
  for (const token of parser.end()) {
    tokens.push(token);
    const refusal = streamRefusal(token, seen);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
};

const refuse = (offset: number, code: IssueCode, message: string, hint?: string): Finding => ({
  offset,
  path: [],
  code,
  describe: () => ({ message, hint }),
});

const sizeRefusal = (text: string): Finding | undefined => {
  const bytes = text.length * 3 <= yamlLimits.bytes ? 0 : new TextEncoder().encode(text).length;
  if (bytes > yamlLimits.bytes)
    return refuse(0, issueCodes.TooLarge, `the file has ${bytes} bytes; ${mebibytes(yamlLimits.bytes)} are allowed`);
  const marks = text.length <= yamlLimits.marks ? 0 : countMarks(text);
  if (marks <= yamlLimits.marks) return undefined;
  return refuse(
    0,
    issueCodes.TooLarge,
    `the file has ${marks} lines, list items, keys and anchors; ${yamlLimits.marks} are allowed`,
    'JSON is lighter without indentation, and YAML is lighter than JSON',
  );
};

const scalarsRefusal = ({ offset }: Parser, scalars: number): Finding | undefined =>
  scalars <= yamlLimits.scalars
    ? undefined
    : refuse(offset, issueCodes.TooLarge, `more than ${yamlLimits.scalars} keys and values`);

/** By character code. Quotes come in pairs, and JSON has many. */
const weights = new Float64Array(128);
for (const mark of '\n\r,:[]{}?*&!|>%#') weights[mark.charCodeAt(0)] = 1;
for (const quote of '"\'') weights[quote.charCodeAt(0)] = 0.5;

/** The number that `marks` limits. */
export const countMarks = (text: string): number => {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) count += weights[text.charCodeAt(at)] ?? 0;
  return Math.floor(count);
};

const tooDeep = (offset: number): Finding =>
  refuse(offset, issueCodes.TooDeep, `more than ${yamlLimits.depth} levels of lists and mappings`);

const lengthRefusal = (parser: Parser): Finding | undefined => {
  const top = parser.stack.at(-1);
  if (top !== undefined && 'end' in top && (top.end?.length ?? 0) > yamlLimits.entries) {
    return refuse(
      parser.offset,
      issueCodes.YamlSyntax,
      `more than ${yamlLimits.entries} words after the end of a value`,
    );
  }
  if (top !== undefined && 'items' in top && top.items.length > yamlLimits.entries) {
    return refuse(parser.offset, issueCodes.TooLarge, `a list or mapping with more than ${yamlLimits.entries} entries`);
  }
  return undefined;
};

const streamRefusal = (token: CST.Token, seen: { documents: number; errors: number }): Finding | undefined => {
  if (token.type === 'document') seen.documents += 1;
  if (seen.documents > 1) {
    return refuse(
      token.offset,
      issueCodes.YamlSyntax,
      'a second document begins here; a file holds one',
      'remove the line `---`',
    );
  }
  if (token.type === 'error') seen.errors += 1;
  if (seen.errors <= yamlLimits.syntaxErrors || token.type !== 'error') return undefined;
  return refuse(token.offset, issueCodes.YamlSyntax, token.message);
};
