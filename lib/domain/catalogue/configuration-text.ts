import { withoutExtensions } from '../batch/extensions.ts';
import { type FieldContext, fieldFindings } from '../batch/field-findings.ts';
import { type Finding, type Path, pathText, presentFindings, type Wording } from '../batch/findings.ts';
import { type Issue, type IssueCode, issueCodes } from '../batch/issues.ts';
import type { KeyAdvice } from '../batch/known-keys.ts';
import { readYaml } from '../batch/read-yaml.ts';
import { valueIn } from '../batch/value-in.ts';
import {
  isVariableName,
  lackOf,
  notPublic,
  publicVariablesOf,
  type Reference,
  substituteVariables,
} from './substitute-variables.ts';

/** A file of the configuration during the checks. */
export interface ConfigurationText {
  /** With variables filled in; never shown. */
  readonly root: unknown;
  /** As written, with `${NAME}`; for messages. */
  readonly written: (path: Path) => unknown;
  readonly lineOf: (path: Path) => number;
  readonly report: (path: Path, code: IssueCode, wording: Wording, at?: 'key' | 'value') => void;
  /** Reports a schema's issues. */
  readonly complain: (issues: Parameters<typeof fieldFindings>[0], prefix: Path) => void;
  readonly present: () => Issue[];
  /** The variables whose values were filled in. */
  readonly variables: readonly Reference[];
  /** Those listed in it, or listed for it. */
  readonly publicVariables: ReadonlySet<string>;
}

export interface TextOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly advice: KeyAdvice;
  /** `later`: secrets stay as written, and their variables need not be set. */
  readonly secrets?: 'now' | 'later' | undefined;
  /** The main file's list, for another file of the configuration. */
  readonly publicVariables?: ReadonlySet<string>;
  /** The file's name, unless it is the configuration itself. */
  readonly file?: string;
}

const secretFields = new Set(['api_key', 'webhook_token']);

export const isSecret = (path: Path): boolean => secretFields.has(String(path.at(-1)));

/** Reads a text. Findings are collected until they are presented. The text's own findings come first. */
export const readConfigurationText = (
  text: string,
  { env, advice, secrets, file, ...listed }: TextOptions,
): ConfigurationText | { readonly issues: readonly Issue[] } => {
  const yaml = readYaml(text, file);
  if ('issues' in yaml) return yaml;
  const { publicVariables = publicVariablesOf(yaml.root) } = listed;
  // A services file has pillars at the top level, and a pillar's name may start with `x-`.
  const root = file === undefined ? withoutExtensions(yaml.root) : yaml.root;
  const substituted = substituteVariables(root, env, ({ path, name }) => {
    if (isSecret(path)) return secrets === 'later' ? 'leave' : 'give';
    return publicVariables.has(name) || !isVariableName(name) ? 'give' : 'refuse';
  });
  const { value, given, unset, refused } = substituted;
  const findings: Finding[] = [...yaml.findings];
  const find = (path: Path, code: IssueCode, wording: Wording, at: 'key' | 'value' = 'value'): void => {
    findings.push({ offset: yaml.offsetOf(path, at), path, code, describe: () => wording });
  };
  for (const variable of unset) find(variable.path, issueCodes.VariableNotSet, unsetWording(variable, env));
  for (const { path, name } of refused) find(path, issueCodes.VariableNotPublic, notPublic(name));
  // For an unset or refused variable, that is the only finding: what remains in its place is no separate mistake.
  const unsetPaths = new Set([...unset, ...refused].map(({ path }) => pathText(path)));
  const isKnown = ({ path }: { readonly path: Path }): boolean =>
    !unsetPaths.has(pathText(path)) && !yaml.isUnread(path);
  // Values are shown as written, with `${NAME}`: a variable's content is private.
  const written = valueIn(yaml.root);
  const context: FieldContext = {
    offsetOf: yaml.offsetOf,
    sourceOf: yaml.sourceOf,
    valueAt: written,
    advice,
    isSecret,
  };
  return {
    root: value,
    written,
    lineOf: (path) => yaml.lineOf(yaml.offsetOf(path, 'key')).line,
    report: (path, ...finding) => {
      if (isKnown({ path })) find(path, ...finding);
    },
    complain: (issues, prefix) => {
      findings.push(...fieldFindings(issues, prefix, context).filter(isKnown));
    },
    variables: given,
    publicVariables,
    present: () => presentFindings(findings, yaml.lineOf, file),
  };
};

const unsetWording = ({ name }: Reference, env: TextOptions['env']): Wording =>
  isVariableName(name)
    ? { message: lackOf(name, env), hint: `set ${name} where Flotilla is started` }
    : {
        message: 'the name in braces cannot be the name of an environment variable',
        hint: 'for example HARNESS_API_KEY',
      };
