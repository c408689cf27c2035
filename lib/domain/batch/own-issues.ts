import { itemFields } from './drafts.ts';
import { type Issue, type IssueCode, issueCodes } from './issues.ts';

/** No configuration can cause or solve these. */
const ownCodes: ReadonlySet<IssueCode> = new Set([
  issueCodes.YamlSyntax,
  issueCodes.TooLarge,
  issueCodes.TooDeep,
  issueCodes.TooManyAliases,
  issueCodes.WrongType,
  issueCodes.OutOfRange,
  issueCodes.BadFormat,
  issueCodes.UnknownKey,
  issueCodes.DuplicateKey,
  issueCodes.DependencyCycle,
]);

/** The problems that a batch has under any configuration. A configuration may supply some of the missing fields. */
export const ownIssues = (issues: readonly Issue[]): readonly Issue[] =>
  issues.filter(({ code, path }) => ownCodes.has(code) || (code === issueCodes.Missing && !isSupplied(path)));

const isSupplied = (path: string): boolean => itemFields.some((field) => path.endsWith(`.${field}`));
