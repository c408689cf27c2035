import type { Command, CommanderError } from 'commander';
import { listed } from '../domain/batch/findings.ts';
import { nearest } from '../domain/batch/nearest.ts';
import { entryOf } from '../domain/catalogue/catalogue.ts';
import { type Instead, triedOptions, triedVerbs } from './tried-words.ts';

/** What is wrong with a command line, and what to type instead, in one or two lines. */
export const misuseLines = (error: CommanderError, argv: readonly string[], program: Command): readonly string[] => {
  const [, what] = /'([^']*)'/.exec(error.message) ?? [];
  const command = commandOf(argv, program);
  if (error.code === 'commander.unknownCommand' && what !== undefined) return unknownCommand(what, command);
  if (error.code === 'commander.unknownOption' && what !== undefined) return unknownOption(what, command);
  const message = error.message.replace(/^error: /, '');
  const first = `${message.slice(0, 1).toUpperCase()}${message.slice(1)}.`.replace('..', '.');
  return [first, ...idHint(error, what, command), `Usage: ${usageOf(command)}`];
};

/** Where to find the id of a batch. Commands of requests have ids of their own. */
const idHint = ({ code }: CommanderError, what: string | undefined, { parent }: Command): readonly string[] =>
  code === 'commander.missingArgument' && what === 'id' && parent?.parent === null
    ? ['Give latest for your last batch, or an id: flotilla list shows them.']
    : [];

/** The command that the first words name. */
const commandOf = (argv: readonly string[], program: Command): Command => {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((one) => one.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
};

const fullName = (command: Command): string =>
  command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;

const usageOf = (command: Command): string => `${fullName(command)} ${command.usage()}`;

const unknownCommand = (word: string, group: Command): readonly string[] => {
  const names = group.commands.map((one) => one.name());
  const first = `There is no command ${fullName(group)} ${word}.`;
  const near = nearest(word, names);
  const isRoot = group.parent === null;
  const instead = isRoot ? entryOf(triedVerbs, word.toLowerCase()) : undefined;
  if (instead !== undefined) return [first, useLine(instead)];
  if (near !== undefined) return [`${first} Did you mean ${fullName(group)} ${near}?`];
  const tried = isRoot ? nearest(word, Object.keys(triedVerbs)) : undefined;
  if (tried !== undefined) return [first, useLine(triedVerbs[tried]!)];
  return [first, isRoot ? 'All commands: flotilla --help' : `There is: ${listed(names)}`];
};

const useLine = ({ use, why }: Instead): string => `Use: flotilla ${use}  (${why})`;

const unknownOption = (given: string, command: Command): readonly string[] => {
  const [option = given] = given.split('=', 1);
  const known = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? []);
  const first = `${fullName(command)} has no option ${option}.`;
  const taken = command.registeredArguments.map((one) => one.name());
  const instead = (entryOf(triedOptions, option) ?? []).find(
    (one) =>
      (one.option === undefined || known.includes(one.option)) &&
      (one.argument === undefined || one.argument.some((name) => taken.includes(name))),
  );
  if (instead !== undefined) {
    const { option: other, use, why = '' } = instead;
    if (other !== undefined) return [`${first} Use: ${other}  (${why})`];
    return [first, use === undefined ? why : useLine({ use, why })];
  }
  const near = nearest(option, known) ?? known.find((one) => option.length > 4 && one.startsWith(option));
  if (near !== undefined) return [`${first} Did you mean ${near}?`];
  return [first, `All options: ${fullName(command)} --help`];
};
