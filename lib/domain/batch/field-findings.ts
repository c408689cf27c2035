import type * as z from 'zod';
import { cut } from '../cut.ts';
import { withoutCredentials } from '../masking/addresses.ts';
import { type Finding, listed, type Path, quoted, type Wording } from './findings.ts';
import { type IssueCode, issueCodes, type Scalar } from './issues.ts';
import type { KeyAdvice } from './known-keys.ts';
import { didYouMean, nearest } from './nearest.ts';

/** What is needed to put a schema's issue into the user's terms. */
export interface FieldContext {
  readonly offsetOf: (path: Path, at?: 'key' | 'value') => number;
  readonly sourceOf: (path: Path) => string | undefined;
  /** The user's value at a path; undefined if nothing is written. */
  readonly valueAt: (path: Path) => unknown;
  readonly advice: KeyAdvice;
  /** Fields whose values are never repeated. */
  readonly isSecret?: (path: Path) => boolean;
  /** Texts that may be written as a mapping instead. */
  readonly mayBeMapping?: (path: Path) => boolean;
}

type ZodIssue = z.core.$ZodIssue;

/** One finding per issue; for unknown keys, one per key. */
export const fieldFindings = (issues: readonly ZodIssue[], prefix: Path, context: FieldContext): FieldFinding[] => {
  const findings = issues
    .filter((issue) => !isSafeLimit(issue))
    .flatMap((issue) => findingsOf(issue, [...prefix, ...(issue.path as Path)], context));
  const meant = new Set(findings.flatMap(({ means }) => (means === undefined ? [] : [means])));
  // A misspelt key also leaves its field missing; the spelling is the cause.
  return findings.filter(({ code, path }) => code !== issueCodes.Missing || !meant.has(String(path.at(-1))));
};

/**
 * For whole numbers, zod also reports values beyond exact integers. All of ours have narrower ranges, which it reports
 * too.
 */
const isSafeLimit = (issue: ZodIssue): boolean =>
  (issue.code === 'too_big' || issue.code === 'too_small') && issue.origin === 'int';

/** `means`: for an unknown key, the field that was probably meant. */
export type FieldFinding = Finding & { readonly means?: string };

const findingsOf = (issue: ZodIssue, path: Path, context: FieldContext): FieldFinding[] => {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, context));
  if (issue.code === 'invalid_key') return [badName(issue, path, context)];
  const ofForm = issue.code === 'invalid_union' ? formOf(issue) : [];
  if (ofForm.length > 0) return ofForm.flatMap((one) => findingsOf(one, [...path, ...(one.path as Path)], context));
  const found = context.valueAt(path);
  const code = codeOf(issue, found);
  return [{ offset: context.offsetOf(path), path, code, describe: () => wordingOf(issue, path, found, context) }];
};

/** For a field with several forms: the issues of the form that was written, else of the first. */
const formOf = ({ errors }: z.core.$ZodIssueInvalidUnion): readonly ZodIssue[] => {
  const isOther = (issue: ZodIssue): boolean => issue.code === 'invalid_type' && issue.path.length === 0;
  return errors.find((issues) => !issues.some(isOther)) ?? errors[0] ?? [];
};

const unknownKey = (parent: Path, key: string, { offsetOf, advice }: FieldContext): FieldFinding => {
  const path = [...parent, key];
  const { wording, meant } = advice(parent, key);
  const means = meant?.at(-1);
  return {
    offset: offsetOf(path, 'key'),
    path,
    code: issueCodes.UnknownKey,
    describe: () => wording,
    ...(means === undefined ? {} : { means }),
  };
};

const badName = (issue: z.core.$ZodIssueInvalidKey, path: Path, { offsetOf }: FieldContext): Finding => ({
  offset: offsetOf(path, 'key'),
  path,
  code: issueCodes.BadFormat,
  describe: () => ({ message: `this name ${nameComplaint(issue.issues[0], String(path.at(-1)))}` }),
});

/** Our words for an invalid name. For its length, zod's own words are meant for programmers. */
const nameComplaint = (inner: ZodIssue | undefined, name: string): string => {
  if (inner?.code === 'too_small' || inner?.code === 'too_big') return outOfRange(inner, name, name);
  return inner?.message ?? 'is not allowed';
};

const codes: { readonly [code in ZodIssue['code']]?: IssueCode } = {
  invalid_type: issueCodes.WrongType,
  too_small: issueCodes.OutOfRange,
  too_big: issueCodes.OutOfRange,
  invalid_value: issueCodes.NotAllowed,
  invalid_format: issueCodes.BadFormat,
  custom: issueCodes.NotAllowed,
};

const codeOf = (issue: ZodIssue, found: unknown): IssueCode =>
  found === undefined ? issueCodes.Missing : (codes[issue.code] ?? issueCodes.NotAllowed);

const wordingOf = (issue: ZodIssue, path: Path, value: unknown, context: FieldContext): Wording => {
  const secret = context.isSecret?.(path) ?? false;
  const orMapping = context.mayBeMapping?.(path) ? ' or a mapping' : '';
  if (value === undefined) return { message: `is missing; ${expectation(issue)} is needed` };
  if (orMapping !== '' && Array.isArray(value))
    return { message: `a list where ${expectation(issue)}${orMapping} is needed` };
  if (value === null)
    return {
      message: `is empty; ${expectation(issue)}${orMapping} is needed`,
      found: null,
      hint: 'give a value or remove the key',
    };
  const scalar = isScalar(value) && !secret ? { found: shortened(value) } : {};
  return { ...complaint(issue, value, secret, context.sourceOf(path)), ...scalar };
};

const complaint = (issue: ZodIssue, value: unknown, secret: boolean, source: string | undefined): Wording => {
  const shown = secret ? 'this value' : show(value, source);
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue, value, shown, source);
    case 'too_small':
    case 'too_big':
      return { message: outOfRange(issue, value, shown) };
    case 'invalid_value':
      return {
        message: isOwnWord(issue) ? issue.message : `${shown} is not one of ${listed(names(issue.values))}`,
        allowed: names(issue.values),
        ...nearHint(names(issue.values), secret ? undefined : value),
      };
    default:
      return { message: isOwnWord(issue) ? `${shown} ${issue.message}` : `${shown} is not allowed`, ...hintOf(issue) };
  }
};

/** The only value, or the one that was probably meant. */
const nearHint = (allowed: readonly string[], value: unknown): Pick<Wording, 'hint'> => {
  if (allowed.length === 1) return { hint: `write ${allowed[0]}` };
  const hint = typeof value === 'string' ? didYouMean(nearest(value, allowed)) : undefined;
  return hint === undefined ? {} : { hint };
};

/** Our own rules may include a hint. */
const hintOf = (issue: ZodIssue): Pick<Wording, 'hint'> =>
  issue.code === 'custom' && typeof issue.params?.hint === 'string' ? { hint: issue.params.hint } : {};

const names = (values: readonly unknown[]): string[] => values.map(String);

/** Our schemas have their own messages where zod's are unsuitable. Zod's all start like this. */
const isOwnWord = (issue: ZodIssue): boolean => !/^(Invalid|Too|Unrecognized)/.test(issue.message);

const typeWords: { readonly [type: string]: string } = {
  string: 'a string',
  // All our numbers are whole. Zod checks for a number first.
  number: 'a whole number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

const expectation = (issue: ZodIssue): string => {
  if (issue.code === 'invalid_value') return `one of ${listed(names(issue.values))}`;
  if (issue.code !== 'invalid_type') return 'a value';
  return isOwnWord(issue) ? issue.message : (typeWords[issue.expected] ?? issue.expected);
};

const wrongType = (issue: ZodIssue, value: unknown, shown: string, source: string | undefined): Wording => {
  const expected = expectation(issue);
  if (typeof value === 'number' && expected === 'a whole number') return { message: `${shown} is not a whole number` };
  const message = `${shown} where ${expected} is needed`;
  // All our lists contain texts, except this one.
  if (expected === 'a list' && isScalar(value) && value !== null && issue.path?.at(-1) !== 'deployments')
    return { message, hint: `write [${inList(value, source)}]` };
  if (!expected.startsWith('a string') || !isScalar(value)) return { message };
  const asWritten = source ?? String(value);
  if (expected === 'a string') {
    const isOther = asWritten !== String(value);
    const kind = typeof value === 'number' ? 'number' : 'word';
    return {
      message: isOther ? `${asWritten} is read as the ${kind} ${value}` : `${message}; put it in quotes`,
      hint: `write "${asWritten}"`,
    };
  }
  return { message, hint: `write ${/^\d+\.\d+$/.test(asWritten) ? `v${asWritten}` : 'v1.0'}` };
};

/** A plain word needs no quotes; everything else does. */
const inList = (value: Scalar, source: string | undefined): string => {
  const text = source ?? String(value);
  return typeof value === 'string' && /^[A-Za-z][\w./-]*$/.test(text) ? text : quoted(text);
};

const outOfRange = (
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  value: unknown,
  shown: string,
): string => {
  const limit = Number(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const side = issue.code === 'too_small' ? 'under' : 'over';
  if (typeof value === 'string') {
    if (value === '') return 'is empty; at least 1 character is needed';
    return `has ${[...value].length} characters; ${side === 'over' ? 'at most' : 'at least'} ${limit} are allowed`;
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return 'the list is empty; at least 1 entry is needed';
    return `the list has ${value.length} entries; ${side === 'over' ? 'at most' : 'at least'} ${limit} are allowed`;
  }
  return `${shown} is ${side} ${limit}`;
};

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const shortened = (value: Scalar): Scalar => (typeof value === 'string' ? cut(withoutCredentials(value), 100) : value);

/** Other numbers are read as a neighbouring value, so they are shown as written. */
const isExact = (value: number): boolean => Math.abs(value) <= Number.MAX_SAFE_INTEGER;

/** A value in a sentence: `the number 2.1`, `"x"`, `a list`. */
const show = (value: unknown, source?: string): string => {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return `the number ${isExact(value) ? value : cut(source ?? String(value), 64)}`;
  if (typeof value === 'boolean') return `the word ${value}`;
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : 'a mapping';
};
