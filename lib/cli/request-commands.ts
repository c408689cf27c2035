import { type Command, InvalidArgumentError } from 'commander';
import type { Making } from './hold-commands.ts';
import { numberIn } from './number-in.ts';

/** Single deployment requests. */
export const addRequestCommands = ({ add, act, utc }: Making): void => {
  const asUser = (command: Command): Command =>
    command.option('--user <name>', 'in whose name, where that may be somebody else');
  const waiting = (command: Command): Command =>
    asUser(command).option('--wait <seconds>', 'wait for its end, 30 s at most', numberIn(0, 30));
  const changing = (command: Command): Command =>
    waiting(command).option('--request-id <id>', 'by which the same request is known again (default: a new one)');
  const versioned = (command: Command): Command =>
    changing(command).option('--if-version <number>', 'only where the deployment is at this version still');
  const valued = (command: Command): Command =>
    command
      .option('--replicas <number>', 'how many', numberIn(1, 100))
      .option('--cpu <amount>', 'processors, as 500m, or with a limit, as 100m:500m')
      .option('--memory <amount>', 'memory, as 128Mi, or with a limit, as 64Mi:128Mi')
      .option('--html <file>', 'the page that it shows; - is the standard input');
  valued(changing(add('create <name>', 'request a deployment, without a file')))
    .requiredOption('--namespace <name>', 'where it is in Kubernetes')
    .requiredOption('--image <image>', 'what runs, with its tag or digest')
    .action(act(async () => (await import('./commands/requests.ts')).createRequest));
  asUser(add('list', 'show what was requested, the newest first'))
    .option('--status <status>', 'that is CREATED, SUCCESS or FAILURE', requestStatus)
    .option(...utc)
    .action(act(async () => (await import('./commands/requests.ts')).listRequests));
  asUser(add('show <id>', 'show a request and its outcome'))
    .option('--deployment', 'show the deployment of this identifier, as it is now')
    .action(act(async () => (await import('./commands/requests.ts')).showRequest));
  valued(versioned(add('update <identifier>', 'request a change of a deployment'))).action(
    act(async () => (await import('./commands/requests.ts')).updateRequest),
  );
  versioned(add('delete <identifier>', 'request the end of a deployment')).action(
    act(async () => (await import('./commands/requests.ts')).deleteRequest),
  );
  waiting(add('retry <id>', 'run a request again that has failed')).action(
    act(async () => (await import('./commands/requests.ts')).retryRequest),
  );
  versioned(add('reconcile <identifier>', 'have a deployment made again what was asked for last')).action(
    act(async () => (await import('./commands/requests.ts')).reconcileRequest),
  );
};

const requestStatuses: readonly string[] = ['CREATED', 'SUCCESS', 'FAILURE'];

const requestStatus = (text: string): string => {
  const status = text.toUpperCase();
  if (requestStatuses.includes(status)) return status;
  throw new InvalidArgumentError(`It is one of ${requestStatuses.join(', ')}.`);
};
