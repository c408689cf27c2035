/** What can be wrong with a file, one word each. Screens, tests and docs/errors.md know a problem by this word. */
export const issueCodes = {
  /** The text itself. */
  YamlSyntax: 'YamlSyntax',
  TooLarge: 'TooLarge',
  TooDeep: 'TooDeep',
  TooManyAliases: 'TooManyAliases',
  /** One field. */
  Missing: 'Missing',
  WrongType: 'WrongType',
  OutOfRange: 'OutOfRange',
  NotAllowed: 'NotAllowed',
  BadFormat: 'BadFormat',
  UnknownKey: 'UnknownKey',
  DuplicateKey: 'DuplicateKey',
  NotSupported: 'NotSupported',
  /** What the field means. */
  Duplicate: 'Duplicate',
  UnknownPillar: 'UnknownPillar',
  UnknownService: 'UnknownService',
  UnknownEnvironment: 'UnknownEnvironment',
  UnknownInfrastructure: 'UnknownInfrastructure',
  UnknownCluster: 'UnknownCluster',
  UnknownExecutor: 'UnknownExecutor',
  UnknownDependency: 'UnknownDependency',
  AmbiguousDependency: 'AmbiguousDependency',
  DependencyCycle: 'DependencyCycle',
  NotVerifiable: 'NotVerifiable',
  PipelineMissing: 'PipelineMissing',
  VariableNotSet: 'VariableNotSet',
  FileUnreadable: 'FileUnreadable',
  /** The last line of a list that was cut. */
  MoreIssues: 'MoreIssues',
} as const;

export type IssueCode = keyof typeof issueCodes;

/** One problem of a file, in the user's words. Line and column count from 1, and so do the numbers in `path`. */
export interface Issue {
  readonly line: number;
  readonly column: number;
  /** For example `deployments[3].metadata.dependencies`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, for example `did you mean metadata.priority?`. */
  readonly hint?: string;
  readonly code: IssueCode;
  readonly found?: string | number | boolean | null;
  readonly allowed?: readonly (string | number)[];
  /** The file, when it is another one than the one that was handed in (the services file of a configuration). */
  readonly file?: string;
}

/** Nobody reads more than this many at once, and an answer of a million lines is an attack on the reader. */
export const maxIssues = 200;

const byPlace = (a: Issue, b: Issue): number =>
  Number(a.file !== undefined) - Number(b.file !== undefined) || a.line - b.line || a.column - b.column;

/** Sorted by line and column, cut at `maxIssues` with a last issue that says how many more there are. */
export const presentIssues = (issues: readonly Issue[], dropped = 0): Issue[] => {
  const sorted = [...issues].sort(byPlace);
  const more = Math.max(0, sorted.length - maxIssues) + dropped;
  const shown = sorted.slice(0, maxIssues);
  const last = shown.at(-1);
  if (more === 0 || last === undefined) return shown;
  const { line, column } = last;
  return [...shown, { line, column, path: '', message: `and ${more} more problems`, code: issueCodes.MoreIssues }];
};

/** `line:column path: message (hint)`, as the command line prints it. */
export const describeIssue = (issue: Issue): string => {
  const place = `${issue.file === undefined ? '' : `${issue.file}:`}${issue.line}:${issue.column}`;
  const subject = issue.path === '' ? '' : ` ${issue.path}:`;
  return `${place}${subject} ${issue.message}${issue.hint === undefined ? '' : ` (${issue.hint})`}`;
};
