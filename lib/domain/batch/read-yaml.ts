import type { ErrorCode, YAMLError } from 'yaml';
import { type Finding, type LineOf, type Path, presentFindings } from './findings.ts';
import { isJson } from './is-json.ts';
import { type Issue, issueCodes } from './issues.ts';
import { type Located, locateValues } from './located-values.ts';
import { composeWithin } from './quick-parser.ts';
import { readTokens, yamlLimits } from './yaml-limits.ts';

/** The values of a text, and where each is written. */
export interface YamlText extends Located {
  readonly lineOf: LineOf;
}

/** Reads one YAML or JSON document within the limits. Returns `issues` if it yields no usable document. */
export const readYaml = (text: string, file?: string): YamlText | { readonly issues: readonly Issue[] } => {
  if (text.includes('\0')) return { issues: presentFindings([notText], () => ({ line: 1, column: 1 }), file) };
  const { tokens, lineOf, refusal } = readTokens(spacesForTabs(text));
  const refuse = (findings: readonly Finding[]) => ({ issues: presentFindings(findings, lineOf, file) });
  if (refusal !== undefined) return refuse([refusal]);
  const { document, errors } = composeWithin(tokens, text.length, yamlLimits.syntaxErrors);
  if (errors.length > 0) return refuse(onePerLine(errors, lineOf));
  if (document === undefined || document.contents === null) return refuse([emptyFile]);
  const located = locateValues(document.contents);
  return 'refusal' in located ? refuse([located.refusal]) : { ...located, lineOf };
};

const emptyFile: Finding = {
  offset: 0,
  path: [],
  code: issueCodes.Missing,
  describe: () => ({ message: 'the file is empty' }),
};

const notText: Finding = {
  offset: 0,
  path: [],
  code: issueCodes.YamlSyntax,
  describe: () => ({ message: 'this is not a text file', hint: 'it needs to be YAML or JSON in UTF-8' }),
};

/** JSON may be indented with tabs, YAML may not. One space per tab keeps every line and column. */
const spacesForTabs = (text: string): string =>
  isJson(text) ? text.replace(/^[\t ]+/gm, (indent) => ' '.repeat(indent.length)) : text;

/** One mistake can make the parser stumble several times on the same line. The first one is the cause. */
const onePerLine = (errors: readonly YAMLError[], lineOf: LineOf): Finding[] => {
  const seen = new Set<number>();
  const path: Path = [];
  return errors
    .toSorted((a, b) => a.pos[0] - b.pos[0])
    .filter(({ pos }) => {
      const { line } = lineOf(pos[0]);
      return !seen.has(line) && seen.add(line);
    })
    .map((error) => ({ offset: error.pos[0], path, code: issueCodes.YamlSyntax, describe: () => wordingOf(error) }));
};

const wordingOf = ({ code, message }: YAMLError) =>
  unclosed(code, message) ?? wordings[code] ?? { message: `not valid YAML: ${message}` };

/** In a block, the rest may also be indented too little. */
const unclosed = (code: ErrorCode, message: string) => {
  const [, end] = /^Flow (?:sequence|map) .*end with a ([\]}])/.exec(message) ?? [];
  if (end === undefined) return undefined;
  const begin = end === ']' ? '[' : '{';
  return {
    message: `a \`${begin}\` is not closed before this`,
    hint: `add the missing \`${end}\`${code === 'BAD_INDENT' ? ', or indent what belongs inside' : ''}`,
  };
};

/** Our words for common mistakes. The parser's own sentence covers the others. */
const wordings: { readonly [code in ErrorCode]?: { readonly message: string; readonly hint?: string } } = {
  TAB_AS_INDENT: { message: 'a tab is used for indentation', hint: 'indent with spaces' },
  BAD_INDENT: { message: 'the indentation does not fit the lines above', hint: 'align the keys of one mapping' },
  MULTIPLE_DOCS: { message: 'a second document begins here; a file holds one', hint: 'remove the line `---`' },
  NON_STRING_KEY: { message: 'a key must be plain text, not a list, a mapping or an alias' },
  MULTILINE_IMPLICIT_KEY: { message: 'a key must fit on one line', hint: 'is a quote or a colon missing here?' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'two `key: value` pairs on one line',
    hint: 'put each on its own line, or put the value in quotes',
  },
  BAD_SCALAR_START: { message: 'a value cannot begin with this character', hint: 'put the value in quotes' },
  TAG_RESOLVE_FAILED: { message: 'this tag is not understood here', hint: 'remove the word that begins with `!`' },
};
