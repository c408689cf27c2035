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

/** A file of the configuration while it is being looked at. */
export interface ConfigurationText {
  /** With variables put in; never shown. */
  readonly root: unknown;
  /** As it is written, with `${NAME}`: for messages. */
  readonly written: (path: Path) => unknown;
  readonly lineOf: (path: Path) => number;
  readonly report: (path: Path, code: IssueCode, wording: Wording, at?: 'key' | 'value') => void;
  /** Reports a schema's complaints. */
  readonly complain: (issues: Parameters<typeof fieldFindings>[0], prefix: Path) => void;
  readonly present: () => Issue[];
  /** The variables whose values were put in. */
  readonly variables: readonly Reference[];
  /** Those that it lists, or that were listed for it. */
  readonly publicVariables: ReadonlySet<string>;
}

export interface TextOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly advice: KeyAdvice;
  /** `later`: secrets stay as they are written, and their variables need not be set. */
  readonly secrets?: 'now' | 'later' | undefined;
  /** What the configuration lists, for another file of it. */
  readonly publicVariables?: ReadonlySet<string>;
  /** The file's name, when it is not the configuration itself. */
  readonly file?: string;
}

const secretFields = new Set(['api_key', 'webhook_token']);

export const isSecret = (path: Path): boolean => secretFields.has(String(path.at(-1)));

/** Reads a text. Findings are collected until they are presented; those of the text itself are there from the start. */
export const readConfigurationText = (
  text: string,
  { env, advice, secrets, file, ...listed }: TextOptions,
): ConfigurationText | { readonly issues: readonly Issue[] } => {
  const yaml = readYaml(text, file);
  if ('issues' in yaml) return yaml;
  const { publicVariables = publicVariablesOf(yaml.root) } = listed;
  // A services file has pillars at its top, and a pillar may begin with `x-`.
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
  // Of a variable without a value, as of what cannot be read, that is all there is to say: what is there instead of the value is no fault of its own.
  const unsetPaths = new Set([...unset, ...refused].map(({ path }) => pathText(path)));
  const isKnown = ({ path }: { readonly path: Path }): boolean =>
    !unsetPaths.has(pathText(path)) && !yaml.isUnread(path);
  // Values are shown as they are written, with `${NAME}`: what a variable holds is nobody's business.
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
        message: 'the name in braces is not one that an environment variable can have',
        hint: 'for example HARNESS_API_KEY',
      };
