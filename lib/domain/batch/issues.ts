/** What can be wrong with a file, one code each. Screens, tests and docs/errors.md use this code. */
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
  /** A field's meaning. */
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
  VariableNotPublic: 'VariableNotPublic',
  FileUnreadable: 'FileUnreadable',
  /** The caller may not do that there. */
  NotGranted: 'NotGranted',
  /** The last line of a list that was cut. */
  MoreIssues: 'MoreIssues',
} as const;

export type IssueCode = keyof typeof issueCodes;

export type Scalar = string | number | boolean | null;

/** One problem of a file, in the user's terms. Line and column count from 1, and so do the numbers in `path`. */
export interface Issue {
  readonly line: number;
  readonly column: number;
  /** For example `deployments[3].metadata.dependencies`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** What to do about it, for example `did you mean metadata.priority?`. */
  readonly hint?: string;
  readonly code: IssueCode;
  readonly found?: Scalar;
  readonly allowed?: readonly (string | number)[];
  /** The file, if it is not the submitted one (a configuration's services file). */
  readonly file?: string;
}

/** `line:column path: message (hint)`, as the command line prints it. */
export const describeIssue = (issue: Issue): string => {
  const place = `${issue.file === undefined ? '' : `${issue.file}:`}${issue.line}:${issue.column}`;
  const subject = issue.path === '' ? '' : ` ${issue.path}:`;
  return `${place}${subject} ${issue.message}${issue.hint === undefined ? '' : ` (${issue.hint})`}`;
};
