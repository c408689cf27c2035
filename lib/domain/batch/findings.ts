import { cut } from '../cut.ts';
import { withoutCredentials } from '../masking/addresses.ts';
import { type Issue, type IssueCode, issueCodes, type Scalar } from './issues.ts';

/** Keys and list indexes (from 0) from a document's root to a value. */
export type Path = readonly (string | number)[];

export interface Wording {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly found?: Scalar | undefined;
  readonly allowed?: readonly (string | number)[] | undefined;
}

/**
 * A problem with a place but no words yet. A hostile file has a million problems: all are placed and sorted, but only
 * those shown are put into words, because a hint costs a comparison with everything that exists.
 */
export interface Finding {
  /** Its place in the text. */
  readonly offset: number;
  readonly path: Path;
  readonly code: IssueCode;
  readonly describe: () => Wording;
}

export type LineOf = (offset: number) => { readonly line: number; readonly column: number };

/** Nobody reads more than this many at once. */
const maxIssues = 200;

/** In text order, without repeats, at most `maxIssues`, followed by one that says how many more there are. */
export const presentFindings = (findings: readonly Finding[], lineOf: LineOf, file?: string): Issue[] => {
  const sorted = saidOnce(findings.toSorted((a, b) => a.offset - b.offset));
  const issues = sorted.slice(0, maxIssues).map((finding) => present(finding, lineOf, file));
  const more = sorted[maxIssues];
  if (more === undefined) return issues;
  const message = `and ${sorted.length - maxIssues} more problems`;
  const rest: Finding = { offset: more.offset, path: [], code: issueCodes.MoreIssues, describe: () => ({ message }) };
  return [...issues, present(rest, lineOf, file)];
};

/** A part of the text that aliases use in many places is wrong once, not once per use. */
const saidOnce = (sorted: readonly Finding[]): Finding[] => {
  const seen = new Set<string>();
  return sorted.filter(({ offset, code, path }) => {
    const name = `${offset} ${code} ${path.at(-1)}`;
    return !seen.has(name) && seen.add(name);
  });
};

const present = (finding: Finding, lineOf: LineOf, file: string | undefined): Issue => {
  const { message, hint, found, allowed } = finding.describe();
  return {
    ...lineOf(finding.offset),
    path: pathText(finding.path),
    message,
    code: finding.code,
    ...(hint === undefined ? {} : { hint }),
    ...(found === undefined ? {} : { found }),
    ...(allowed === undefined ? {} : { allowed }),
    ...(file === undefined ? {} : { file }),
  };
};

/** `deployments[3].metadata.tags`; list indexes count from 1, and keys that are not plain words are quoted. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part + 1}]`;
    if (!/^[\w-]{1,64}$/.test(part)) return `${text}[${quoted(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');

/** A quoted text, cut if long, and without an address's password. */
export const quoted = (text: string, limit = 64): string => JSON.stringify(cut(withoutCredentials(text), limit));

/** `a, b, c`, cut if long. */
export const listed = (names: readonly (string | number)[], limit = 20): string => {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
};
