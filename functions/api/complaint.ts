import type * as z from 'zod';
import { listed, quoted } from '../../lib/domain/batch/findings.ts';
import { hintFor } from '../../lib/domain/batch/unknown-name.ts';
import type { Complaint } from '../../lib/domain/complaint.ts';

type Issue = z.core.$ZodIssue;

/** Puts a schema's complaints about a query or body into plain words. `known` lists the valid keys. */
export const complaintsOf = (
  issues: readonly Issue[],
  { where, value, known }: { readonly where: string; readonly value: unknown; readonly known: readonly string[] },
): readonly Complaint[] =>
  issues.flatMap((issue): Complaint[] => {
    if (issue.code === 'unrecognized_keys') {
      const what = where === 'query' ? 'unknown parameter' : 'unknown key';
      return issue.keys.map((key) => ({ path: `${where}.${shownKey(key)}`, message: unknownKey(what, key, known) }));
    }
    const path = [where, ...issue.path.map(String)].join('.');
    return [{ path, message: wordingOf(issue, valueAt(value, issue.path)) }];
  });

/** A name as given, if it is one. */
export const shownKey = (key: string): string => (/^[\w-]{1,64}$/.test(key) ? key : quoted(key));

const unknownKey = (what: string, key: string, known: readonly string[]): string =>
  `${what}; known here: ${listed(known)}${hintFor(key, known)}`;

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((holder, key) => (holder as Record<PropertyKey, unknown> | undefined)?.[key], value);

/** Our own messages are written in the schema; zod's all begin like this. */
const isOwnWord = ({ message }: Issue): boolean => !/^(?:Invalid|Too|Unrecognized)/.test(message);

/** The only minimum length of a text here is one character. */
const wordingOf = (issue: Issue, value: unknown): string => {
  if (isOwnWord(issue)) return issue.message;
  if (value === undefined) return `is missing; ${neededFor(issue)} is needed`;
  if (issue.code === 'invalid_value') return noneOf(value, issue.values.map(String));
  if (issue.code === 'too_small') return 'is empty; a text is needed';
  if (issue.code === 'too_big') return `has ${lengthOf(value)} characters; at most ${issue.maximum} are allowed`;
  return `${described(value)} where ${neededFor(issue)} is needed`;
};

const noneOf = (value: unknown, known: readonly string[]): string =>
  `${described(value)} is none of ${listed(known)}${typeof value === 'string' ? hintFor(value, known) : ''}`;

const lengthOf = (value: unknown): number => String(value).trim().length;

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'a JSON object',
  record: 'a JSON object',
  array: 'a list',
  boolean: 'true or false',
};

const neededFor = (issue: Issue): string => {
  if (issue.code === 'invalid_value') return `one of ${listed(issue.values.map(String))}`;
  return issue.code === 'invalid_type' ? (words[issue.expected] ?? issue.expected) : 'a value';
};

const described = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  return value !== null && typeof value === 'object' ? 'an object' : String(value);
};
