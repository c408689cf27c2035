import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { lackOf, notPublic, publicVariablesOf, substituteVariables } from '../domain/catalogue/substitute-variables.ts';
import { readSettings, type Settings, SettingsInvalid, type SettingsSource } from './settings.ts';

export interface SettingsPlace {
  /** The CDK context: `cdk.json`, overlaid by `-c`. */
  readonly context: Readonly<Record<string, unknown>>;
  /** Where to look for `flotilla.config.yaml`. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const defaultFile = 'flotilla.config.yaml';

/**
 * CDK's own context names contain `@`, `:` or `-`. Any other name counts as a setting, so that typing errors are
 * reported.
 */
const settingName = /^\w+$/;

/** A stage's settings: the section `aws` of `-c config=FILE`, else of `flotilla.config.yaml` here, overlaid by `-c`. */
export const loadSettings = ({ context, directory, env }: SettingsPlace): Settings => {
  const { config, ...settings } = Object.fromEntries(
    Object.entries(context).filter(([name]) => settingName.test(name)),
  );
  return readSettings([
    ...sectionOf(config === undefined ? undefined : String(config), { directory, env }),
    { values: settings, nameOf: (setting) => `-c ${setting}`, besides: ['config'] },
  ]);
};

const sectionOf = (
  named: string | undefined,
  { directory, env }: Pick<SettingsPlace, 'directory' | 'env'>,
): readonly SettingsSource[] => {
  const file = named ?? defaultFile;
  const text = readText(resolve(directory, file), file);
  if (text === undefined && named !== undefined) throw new SettingsInvalid(`-c config: there is no file ${file}`);
  const nameOf = (setting: string) => `${file}, aws.${setting}`;
  const document = parseDocument(text ?? '');
  const [error] = document.errors;
  if (error !== undefined) throw new SettingsInvalid(`${file}: ${error.message}`);
  const root: unknown = document.toJS({ maxAliasCount: 100 });
  const section = (root as { readonly aws?: unknown } | null)?.aws ?? {};
  if (typeof section !== 'object' || Array.isArray(section)) {
    throw new SettingsInvalid(`${file}, aws: is not a mapping of settings`);
  }
  const listed = publicVariablesOf(root);
  // No setting of a stage is secret: all of them are in the templates.
  const { value, unset, refused } = substituteVariables(section, env, ({ name }) =>
    listed.has(name) ? 'give' : 'refuse',
  );
  const lines = [
    ...refused.map(({ path, name }) => {
      const { message, hint } = notPublic(name);
      return `${nameOf(path.join('.'))}: ${message} (${hint})`;
    }),
    ...unset.map(({ path, name }) => `${nameOf(path.join('.'))}: ${lackOf(name, env)}`),
  ];
  if (lines.length > 0) throw new SettingsInvalid(lines.join('\n'));
  return [{ values: value as Readonly<Record<string, unknown>>, nameOf }];
};

const readText = (path: string, file: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EISDIR') throw new SettingsInvalid(`${file} is a folder; the settings are read from a file`);
    throw new SettingsInvalid(`${file} cannot be read (${code})`);
  }
};
