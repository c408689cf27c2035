import { resolve } from 'node:path';
import { describeIssue, type Issue } from '../../domain/batch/issues.ts';
import { kindOfFile } from '../../domain/batch/kind-of-file.ts';
import { ownIssues } from '../../domain/batch/own-issues.ts';
import { readYaml } from '../../domain/batch/read-yaml.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../domain/catalogue/simulated-configuration.ts';
import { counted } from '../../domain/counted.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import { defaultFile } from '../../local/find-configuration.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { readTextFile, textOf } from '../../local/read-text-file.ts';
import { previewPlan } from '../../usecases/plan/preview-plan.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';

/** The result for one file. */
interface Checked {
  readonly file: string;
  readonly kind: 'batch' | 'configuration';
  readonly valid: boolean;
  /** Of a batch. */
  readonly deployments?: number;
  readonly warnings: readonly string[];
  readonly issues: readonly Issue[];
  /** If it cannot be read at all. */
  readonly detail?: string;
}

interface Given {
  readonly name: string;
  readonly kind: Checked['kind'];
  /** The content of the standard input, which is read once. */
  readonly context: CommandContext;
}

/**
 * Checks batches and configurations without a server and reports all problems of all files. Exit status 2 if one is not
 * valid.
 */
export const validate = async (
  context: CommandContext,
  { config }: { readonly config?: string },
  ...names: readonly string[]
): Promise<ExitStatus> => {
  const twice = names.filter((name) => name === '-').length > 1;
  if (twice) throw new CommandFailure(exitStatus.usage, ['The standard input can be read once: give - once.']);
  const given = await Promise.all(names.map((name) => lookAt(context, name)));
  const checked = given.filter(({ kind }) => kind === 'configuration').map(checkConfiguration);
  const batchesGiven = given.filter(({ kind }) => kind === 'batch');
  const used = batchesGiven.length === 0 ? undefined : useConfiguration(context, config ?? configAmong(given));
  const batches = batchesGiven.map((one) => checkBatch(one, used!));
  const all = [...checked, ...(await Promise.all(batches))];
  const named = names.map((name) => all.find(({ file }) => file === shownName(name))!);
  const isNamed = names.some((name) => resolve(context.directory, name) === used?.path);
  // A configuration that was not named is listed only if it is not valid.
  const files = used?.problems === undefined || isNamed ? named : [...named, used.problems];
  const valid = files.filter((one) => one.valid).length;
  print(context, { valid, total: files.length, files }, [
    ...files.flatMap(linesOf),
    ...(files.length === 1 ? [] : [`${valid} of ${files.length} files are valid.`]),
  ]);
  return valid === files.length ? exitStatus.done : exitStatus.usage;
};

const shownName = (name: string): string => (name === '-' ? '<stdin>' : name);

/**
 * Guesses the kind of a file. Anything that is not a configuration is checked as a batch, which reports what is wrong.
 */
const lookAt = async (context: CommandContext, name: string): Promise<Given> => {
  const bytes = name === '-' ? await context.readStdin() : undefined;
  const reading = bytes === undefined ? context : { ...context, readStdin: async () => bytes };
  const read = bytes === undefined ? readTextFile(resolve(context.directory, name)) : textOf(() => bytes);
  const yaml = 'text' in read ? readYaml(read.text) : undefined;
  const kind = yaml !== undefined && 'root' in yaml ? kindOfFile(yaml.root) : undefined;
  return { name, kind: kind === 'a configuration' ? 'configuration' : 'batch', context: reading };
};

/** A configuration among the files also applies to the batches beside it. */
const configAmong = (given: readonly Given[]): string | undefined => {
  const found = given.filter(({ kind, name }) => kind === 'configuration' && name !== '-');
  return found.length === 1 ? found[0]!.name : undefined;
};

interface Used {
  /** If the configuration is not valid, the default one. Then only the batches' own problems count. */
  readonly catalogue: Catalogue;
  readonly path: string;
  /** Set if it is not valid. */
  readonly problems?: Checked;
}

/** The configuration for all batches. Its problems are reported once. */
const useConfiguration = ({ directory, env }: CommandContext, file: string | undefined): Used => {
  const name = file ?? defaultFile;
  const path = resolve(directory, name);
  try {
    const { configuration } = loadConfiguration({ file, directory, env, secrets: 'later' });
    return { catalogue: configuration.catalogue, path };
  } catch (error) {
    const problems: Checked = { file: name, kind: 'configuration', ...problemsOf(error) };
    return { catalogue: simulatedConfiguration().catalogue, path, problems };
  }
};

const checkConfiguration = ({ name, context }: Given): Checked => {
  const of = { file: shownName(name), kind: 'configuration' } as const;
  if (name === '-') return { ...of, ...unreadable('a configuration is checked by its file: its paths begin there') };
  try {
    const { directory, env } = context;
    const { warnings } = loadConfiguration({ file: name, directory, env, secrets: 'later' });
    return { ...of, valid: true, warnings, issues: [] };
  } catch (error) {
    return { ...of, ...problemsOf(error) };
  }
};

const checkBatch = async ({ name, context }: Given, { catalogue, problems }: Used): Promise<Checked> => {
  const of = { file: shownName(name), kind: 'batch' } as const;
  try {
    const { text } = await readBatchFile(context, name);
    const { total, warnings } = await previewPlan({ catalogue: async () => catalogue }, { text });
    if (problems !== undefined) return { ...of, ...unchecked(problems) };
    return { ...of, valid: true, deployments: total, warnings, issues: [] };
  } catch (error) {
    const found = problemsOf(error);
    if (problems === undefined || found.detail !== undefined) return { ...of, ...found };
    const issues = ownIssues(found.issues);
    return { ...of, ...(issues.length === 0 ? unchecked(problems) : { ...found, issues }) };
  }
};

const unchecked = ({ file }: Checked): Problems => unreadable(`not checked: the configuration ${file} is not valid`);

type Problems = Pick<Checked, 'valid' | 'warnings' | 'issues' | 'detail'>;

const unreadable = (detail: string): Problems => ({ valid: false, warnings: [], issues: [], detail });

const problemsOf = (error: unknown): Problems => {
  if (error instanceof CommandFailure) return unreadable(error.lines.join(' '));
  if (!isFlotillaError(error)) throw error;
  const issues = (error.details.issues ?? []) as readonly Issue[];
  return issues.length === 0 ? unreadable(error.message) : { valid: false, warnings: [], issues };
};

const linesOf = ({ file, kind, valid, deployments, warnings, issues, detail }: Checked): readonly string[] => {
  if (detail !== undefined) return [detail.startsWith(`${file} `) ? detail : `${file}: ${detail}`];
  const what = deployments === undefined ? `a ${kind}` : `a batch of ${counted(deployments, 'deployment')}`;
  return [
    valid ? `${file}: valid, ${what}` : `${file}: not valid, ${counted(issues.length, 'problem')}`,
    ...warnings.map((warning) => `  warning: ${warning}`),
    ...issues.map((issue) => `  ${describeIssue({ file, ...issue })}`),
  ];
};
