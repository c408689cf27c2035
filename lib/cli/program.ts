import { readFileSync } from 'node:fs';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { refuseUncheckedTls } from '../domain/unchecked-tls.ts';
import { ownFile } from '../local/own-files.ts';
import type { CliWorld } from './command-context.ts';
import { defaultUrl } from './default-url.ts';
import { scenes } from './demo/scenes.ts';
import { withOneOptions, withPreviewOptions, withRetryOptions } from './deploy-options.ts';
import { type ExitStatus, exitStatus } from './failure.ts';
import { asFailure, linesOf } from './failure-of.ts';
import { addHoldCommands, type Load, type Making } from './hold-commands.ts';
import { linkOption } from './link-option.ts';
import { addListOptions, addStatusOptions, mostListed } from './list-filters.ts';
import { numberIn } from './number-in.ts';
import { addOfflineCommands } from './offline-commands.ts';
import { usualPatience } from './patience.ts';
import { addReadingCommands } from './reading-commands.ts';
import { addRequestCommands } from './request-commands.ts';
import { addRollbackCommand } from './rollback-command.ts';
import { addTargetCommands } from './target-commands.ts';
import { expiresOption, groupsOption, kindOption, scopesOption, usualExpiry } from './token-options.ts';
import { addUserCommands } from './user-commands.ts';
import { addVerifyCommands } from './verify-commands.ts';

/** Runs one command and returns the exit status. Never throws. */
export const runCli = async (argv: readonly string[], world: CliWorld): Promise<number> => {
  const ended: { status: ExitStatus } = { status: exitStatus.done };
  const program = makeProgram(world, (result) => {
    ended.status = result;
  });
  try {
    if (argv[0] === 'complete' && argv[1] === '--') return await complete(program, argv.slice(2), world);
    refuseUncheckedTls(world.env);
    await program.parseAsync(argv, { from: 'user' });
    return ended.status;
  } catch (error) {
    if (error instanceof CommanderError) return tellMisuse(error, { argv, program, world });
    return tell(error, world, argv.includes('--json'));
  }
};

const makeProgram = (world: CliWorld, end: (status: ExitStatus) => void): Command => {
  const program = new Command('flotilla')
    .description('Deploys batches in a safe order, verifies them on the cluster, restores what failed.')
    .addHelpText(
      'after',
      '\n<id> is the id of a batch, its beginning (4 characters or more), or latest: the last one that you have submitted.\n' +
        'Batches of one day begin alike: mostly the 5th to 7th character tells them apart.',
    )
    .addHelpText(
      'after',
      '\nExit status: 0 done, 1 failed, 2 wrong use or configuration, 3 timed out, 4 not found, 5 no answer, 6 refused.',
    )
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => linesOf(text).forEach(world.terminal.out),
      writeErr: (text) => linesOf(text).forEach(world.terminal.error),
      // We report errors ourselves.
      outputError: () => {},
    });
  /** Commander passes arguments first, then options. */
  const act =
    <Options extends object>(load: Load<Options>) =>
    async (...given: unknown[]) => {
      const [run, { commandContext }] = await Promise.all([load(), import('./command-context.ts')]);
      const command = given.at(-1) as Command;
      const options = command.opts<Options>();
      end(await run(commandContext(world, options), options, ...command.args));
    };
  const utc = ['--utc', 'show times in UTC, not in the zone of this machine'] as const;
  const asLong = `keep asking a server that does not answer for this long (default: ${usualPatience})`;
  const patience = ['--patience <seconds>', asLong, someSeconds] as const;
  const what = 'a file, - for the standard input, or pillar/service=VERSION for one deployment without a file';
  const yes = ['--yes', 'do not ask whether that batch is meant'] as const;
  const ownServer = `default: $FLOTILLA_URL or ${defaultUrl}`;
  const add = (usage: string, description: string, whichServer = ownServer): Command =>
    addTo(program, usage, description, whichServer);
  const addTo = (group: Command, usage: string, description: string, whichServer = ownServer): Command =>
    group
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .option('--url <address>', `address of the server (${whichServer})`)
      .option(
        '--token-file <file>',
        'file with the access token; - is the standard input (default: $FLOTILLA_TOKEN, else fetched as a client, else none)',
      )
      .option(
        '--by <name>',
        'in whose name, shown in the record; only with the own token of a server on this machine (default: $FLOTILLA_BY)',
      )
      .addOption(new Option('--token <token>', 'refused').hideHelp());

  program
    .command('serve')
    .description('run the server on this machine')
    .option('--port <number>', 'port to listen on; 0 takes a free one', portNumber, 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--name <host...>', 'an additional name of the server, for example of a proxy in front of it')
    .option('--data <directory>', 'where the data is kept', '.flotilla')
    .option('--config <file>', 'configuration (default: ./flotilla.config.yaml, else everything is simulated)')
    .option('--allow-programs', 'run the programs that kubeconfigs name, without asking')
    .option('--no-token', 'ask nobody for a token; only where everything is simulated')
    .option(
      '--callback-key-file <file>',
      'take callbacks of Harness by the key in this file, or by two, one a line (default: $FLOTILLA_CALLBACK_KEY, else none are taken)',
    )
    .option('--faults <file>', 'faults of the simulated Harness, and what kind of installation it is')
    .option(
      '--engine-port <number>',
      'also serve the protocol of Step Functions, on loopback, to who has DIR/engine-secret; 0 takes a free port',
      portNumber,
    )
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/serve.ts')).serve));
  program
    .command('init')
    .description('write a configuration and a batch from what runs in a cluster, or from a file of another tool')
    .option('--kubeconfig <file>', 'the kubeconfig (default: $KUBECONFIG, else ~/.kube/config)')
    .option('--context <name>', 'its context (default: the current one)')
    .option('--namespace <name...>', 'namespaces to look into (default: from the context)')
    .option('--all-namespaces', 'all but the namespaces of the cluster itself')
    .option('--compose <file>', 'read the services of a compose file instead')
    .option('--helmfile <file>', 'read the releases of a Helmfile instead')
    .option(
      '--csv <file>',
      'read a table instead: service, version, pillar, namespace, cluster, environment, dependencies',
    )
    .option('--pillar <name>', 'the pillar of services that have none (default: default)')
    .option('--cluster <name>', 'what the cluster is called from now on (default: as in the kubeconfig, or local)')
    .option(
      '--environment <name>',
      'the environment of services that have none (default: dev); in a table, the one to take',
    )
    .option('--force', 'write over files that are there')
    .option('--allow-programs', 'run the programs that the kubeconfig names, without asking')
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/init.ts')).init));
  program
    .command('demo')
    .description('deploy an example to simulators of its own, and check that it ends as designed')
    .addArgument(
      new Argument('[scene]', 'a whole release, or a canary that takes over and one that goes back').choices(scenes),
    )
    .option(...utc)
    .action(act(async () => (await import('./commands/demo.ts')).demo));
  withOneOptions(
    add('plan <what>', `show what a batch would do; ${what}`, 'default: $FLOTILLA_URL, else none is asked'),
  )
    .option('--config <file>', 'configuration to plan with (default: ./flotilla.config.yaml, else simulated)')
    .action(act(async () => (await import('./commands/plan.ts')).plan));
  withPreviewOptions(add('preview <file>', 'ask clusters what a batch would do there, and change nothing'))
    .option(...patience)
    .action(act(async () => (await import('./commands/preview.ts')).preview));
  const follows = (command: Command): Command =>
    command
      .option('--follow', 'stay until it has ended')
      .option('--report-url <address>', 'follow it, and post its end there as JSON')
      .option('--timeout <seconds>', 'stop following after this long', seconds)
      .option(...patience)
      .option('--idempotency-key <key>', 'sending the same again gives the same batch');
  follows(withOneOptions(add('deploy <what>', `submit a batch; ${what}`)))
    .option('--reason <text>', 'why, of one deployment, for the record')
    .option('--link <name=address>', 'what set it off, as ci=https://…; several times for several', linkOption)
    .option('--yes', 'do not ask whether it is to be deleted, with --action delete')
    .option('--plan-hash <hash>', 'only as it was planned: refused when the plan would be another by now')
    .option(...utc)
    .action(act(async () => (await import('./commands/deploy.ts')).deploy));
  addStatusOptions(add('status <id>', 'show a batch and its deployments, or those that fit'))
    .option('--at <number>', 'the state at that event of its feed', eventNumber)
    .option('--failed', 'only what failed or is unknown, with what it holds back and what to do next')
    .option('--follow', 'stay until it has ended')
    .option('--timeout <seconds>', 'stop following after this long', seconds)
    .option(...patience)
    .option(...utc)
    .action(act(async () => (await import('./commands/status.ts')).status));
  add('health <key>', 'ask now how a service is: its workload and its health check, but not its metrics')
    .requiredOption('--environment <name>', 'the environment that it is in')
    .option('--cluster <name>', 'its cluster, where it is on several of the environment')
    .option(...utc)
    .action(act(async () => (await import('./commands/health.ts')).health));
  add('source <id>', 'give the text of a batch as it was submitted').action(
    act(async () => (await import('./commands/source.ts')).source),
  );
  addListOptions(add('list', 'show the latest batches; all that is named must fit'))
    .option('--limit <number>', `how many, at most ${mostListed}`, limit, 20)
    .option(...utc)
    .action(act(async () => (await import('./commands/list.ts')).list));
  add('cancel <id>', 'start nothing new, stop what can be stopped')
    .option(...yes)
    .action(act(async () => (await import('./commands/cancel.ts')).cancel));
  follows(withRetryOptions(add('retry <id>', 'try again what is not good in a batch, as a batch of its own')))
    .option(...yes)
    .option(...utc)
    .action(act(async () => (await import('./commands/retry.ts')).retry));
  add('proceed <id> [key]', 'let a deployment go on that waits for a person, or with --all all of a batch that do')
    .option('--all', 'all that wait for a person there')
    .option(...yes)
    .action(act(async () => (await import('./commands/proceed.ts')).proceed));
  add('resolve <id> [key]', 'decide the outcome of an UNKNOWN deployment, or of all by what their clusters show')
    .option('--status <status>', 'SUCCESS or FAILED', resolution)
    .option('--reason <text>', 'what you have found out; with --all, instead of what was seen')
    .option('--all', 'propose an outcome for each that is UNKNOWN, and ask for each; --yes takes all proposals')
    .option(...yes)
    .action(act(async () => (await import('./commands/resolve.ts')).resolve));
  addVerifyCommands({ add, act, utc });
  const catalogue = program.command('catalogue').description('what there is to deploy, and where');
  addTo(catalogue, 'show', 'show the names that the server knows: pillars, services, environments, clusters').action(
    act(async () => (await import('./commands/catalogue-show.ts')).catalogueShow),
  );
  catalogue
    .command('apply')
    .description('check the configuration and put it where a stage on AWS reads it, with your AWS credentials')
    .option('--stage <name>', "the stage (default: the configuration's aws.stage, else dev)")
    .option('--config <file>', 'the configuration (default: ./flotilla.config.yaml)')
    .option('--with-secrets', 'also put the Harness key and the webhook tokens into the secret of the stage')
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/catalogue-apply.ts')).catalogueApply));
  program
    .command('cluster-role <cluster>')
    .description('print what lets Flotilla look in a cluster, for kubectl apply -f -')
    .option('--config <file>', 'the configuration (default: ./flotilla.config.yaml)')
    .option('--all-namespaces', 'in every namespace, and not only in those where services are')
    .option('--executor <name>', 'kubernetes: what lets it deploy there by itself')
    .option('--resource <names...>', 'with it: what manifests have besides, as kubectl names it')
    .option('--json', 'print JSON')
    .action(act(async () => (await import('./commands/cluster-role.ts')).clusterRole));
  addTargetCommands({ add, act, utc });
  addHoldCommands({ add, act, utc });
  addReadingCommands({ add, act, utc }, { patience });
  addRollbackCommand(
    { add, act, utc },
    { yes, patience, timeout: ['--timeout <seconds>', 'stop following after this long', seconds] },
  );
  addUserCommands({ add, act, utc });
  const requests = program.command('requests').description('single deployments, without a file');
  addRequestCommands({ add: (usage, description) => addTo(requests, usage, description), act, utc });
  addTokenCommands(program, act);
  addOfflineCommands(program, act);
  return program;
};

/** Token commands work on the files of the data folder: their owner needs no server. */
const addTokenCommands = (program: Command, act: Making['act']): void => {
  const tokens = program.command('token').description('the tokens of the server on this machine');
  const add = (usage: string, description: string): Command =>
    tokens
      .command(usage)
      .description(description)
      .option('--data <directory>', 'where the data of the server is kept', '.flotilla')
      .option('--json', 'print JSON');
  add('create <name>', 'make a token, and show it this once')
    .option('--scopes <list>', 'what it is good for: read, logs, deploy, approve, impersonate, admin', scopesOption, [
      'read',
      'deploy',
    ])
    .option(
      '--kind <kind>',
      'who has it: a program or a person; only a person may resolve an UNKNOWN',
      kindOption,
      'program',
    )
    .option('--groups <list>', 'groups that grants may name', groupsOption, [])
    .option('--expires <time>', 'how long it is good: 90d, 12h, never', expiresOption, usualExpiry)
    .action(act(async () => (await import('./commands/token.ts')).createToken));
  add('list', 'show which tokens there are').action(act(async () => (await import('./commands/token.ts')).listTokens));
  add('revoke <name>', 'make a token good for nothing').action(
    act(async () => (await import('./commands/token.ts')).revokeToken),
  );
};

const version = (): string => {
  return (JSON.parse(readFileSync(ownFile('package.json'), 'utf8')) as { readonly version: string }).version;
};

const portNumber = numberIn(0, 65_535);
/** The longest Node timer. */
const longest = 2_147_483;
const seconds = numberIn(1, longest);
const someSeconds = numberIn(0, longest);
const eventNumber = numberIn(1, 999_999_999);
const limit = numberIn(1, mostListed);

const resolution = (text: string): string => {
  const status = text.toUpperCase();
  if (status === 'SUCCESS' || status === 'FAILED') return status;
  throw new InvalidArgumentError('It is SUCCESS or FAILED.');
};

/** The completion scripts call it at every TAB. */
const complete = async (program: Command, words: readonly string[], { terminal }: CliWorld): Promise<ExitStatus> => {
  const { completionLines, completionsOf } = await import('./completions.ts');
  const lines = completionLines(completionsOf(program, words));
  if (lines.length > 0) terminal.write(`${lines.join('\n')}\n`);
  return exitStatus.done;
};

interface Misused {
  readonly argv: readonly string[];
  readonly program: Command;
  readonly world: CliWorld;
}

/** Help and version have been printed by now. */
const tellMisuse = async (error: CommanderError, { argv, program, world }: Misused): Promise<ExitStatus> => {
  if (error.exitCode === 0) return exitStatus.done;
  if (error.code.startsWith('commander.help')) return exitStatus.usage;
  const { misuseLines } = await import('./misuse.ts');
  const lines = misuseLines(error, argv, program);
  if (argv.includes('--json')) world.terminal.out(JSON.stringify({ detail: lines.join('\n') }));
  else for (const line of lines) world.terminal.error(line);
  return exitStatus.usage;
};

const tell = (error: unknown, { terminal }: CliWorld, json: boolean): ExitStatus => {
  const failure = asFailure(error);
  if (json) terminal.out(JSON.stringify(failure.problem));
  else for (const line of failure.lines) terminal.error(line);
  return failure.status;
};
