import type { Command, Option } from 'commander';
import { statuses } from '../domain/deployment/status.ts';
import { targetStates } from '../domain/targets/target-row.ts';

/** What is possible at the cursor. */
export interface Completions {
  readonly found: readonly Completion[];
  /** Or a file. */
  readonly files: boolean;
}

interface Completion {
  readonly value: string;
  readonly text: string;
}

/** Arguments and options that are files. */
const fileNames: ReadonlySet<string> = new Set(['what', 'file', 'files']);
const fileOptions: ReadonlySet<string> = new Set([
  'config',
  'token-file',
  'kubeconfig',
  'output',
  'html',
  'faults',
  'callback-key-file',
  'key',
  'anchors',
  'export',
]);
const folderOptions: ReadonlySet<string> = new Set(['data']);

/** Values of options that commander does not know. */
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  'resolve --status': ['SUCCESS', 'FAILED'],
  'requests list --status': ['CREATED', 'SUCCESS', 'FAILURE'],
  '--status': statuses,
  '--sort': ['plan', 'trouble'],
  '--state': targetStates,
  '--action': ['deploy', 'delete', 'scale'],
  '--artifact': ['docker', 'helm', 'kustomize'],
  '--kind': ['program', 'person'],
};

/** Completes the last of these words. It reads no file and asks no server, so it only takes the program's start. */
export const completionsOf = (program: Command, words: readonly string[]): Completions => {
  const typed = words.slice(0, -1);
  const last = words.at(-1) ?? '';
  const current = last === "''" ? '' : last;
  const { command, path, given, waiting } = placeOf(program, typed);
  const fitting = (values: readonly Completion[]): Completions => ({
    found: values.filter(({ value }) => value.startsWith(current)),
    files: false,
  });
  if (waiting !== undefined) return ofOption(waiting, path, fitting);
  if (current.startsWith('-')) return fitting(optionsOf(command, typed));
  if (command.commands.length > 0) return fitting(given > 0 ? [] : command.commands.filter(isShown).map(ofCommand));
  const argument = command.registeredArguments.at(given) ?? command.registeredArguments.findLast((one) => one.variadic);
  if (argument === undefined) return { found: [], files: false };
  if (argument.argChoices !== undefined) return fitting(argument.argChoices.map(plain));
  if (fileNames.has(argument.name())) return { found: [], files: true };
  return fitting(argument.name() === 'id' ? [{ value: 'latest', text: 'the last batch that you have submitted' }] : []);
};

const plain = (value: string): Completion => ({ value, text: '' });
const ofCommand = (command: Command): Completion => ({ value: command.name(), text: command.description() });
const isShown = (command: Command): boolean => !(command as unknown as { readonly _hidden: boolean })._hidden;

interface Place {
  readonly command: Command;
  /** Names of the command and its parents, without the program's. */
  readonly path: string;
  /** How many arguments it has already. */
  readonly given: number;
  /** An option that needs its value now. */
  readonly waiting: Option | undefined;
}

const placeOf = (program: Command, typed: readonly string[]): Place => {
  let command = program;
  let path = '';
  let given = 0;
  let waiting: Option | undefined;
  for (const word of typed) {
    const next = given === 0 ? command.commands.find((one) => one.name() === word) : undefined;
    if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith('-')) {
      const option = command.options.find(({ long, short }) => long === word || short === word);
      waiting = option !== undefined && (option.required || option.optional) ? option : undefined;
    } else if (next !== undefined) {
      command = next;
      path = `${path} ${word}`.trim();
    } else given += 1;
  }
  return { command, path, given, waiting };
};

const ofOption = (
  option: Option,
  path: string,
  fitting: (values: readonly Completion[]) => Completions,
): Completions => {
  const name = (option.long ?? '').slice(2);
  if (fileOptions.has(name) || folderOptions.has(name)) return { found: [], files: true };
  const values = option.argChoices ?? valuesOf[`${path} --${name}`] ?? valuesOf[`--${name}`] ?? [];
  return fitting(values.map(plain));
};

/** Options that are already there are not offered again. */
const optionsOf = (command: Command, typed: readonly string[]): readonly Completion[] =>
  [...command.options.filter(({ hidden }) => !hidden), command.createOption('--help', 'display help for command')]
    .filter(({ long }) => !typed.includes(long ?? ''))
    .map(({ long, description }) => ({ value: long ?? '', text: description }));

/** In the form that the scripts read. */
export const completionLines = ({ found, files }: Completions): readonly string[] => [
  ...found.map(({ value, text }) => (text === '' ? value : `${value}\t${text}`)),
  ...(files ? [':files'] : []),
];
