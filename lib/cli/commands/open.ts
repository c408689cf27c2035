import type { BatchView } from '../../usecases/batch/read-batch.ts';
import type { DeploymentDetail } from '../../usecases/deployment/read-deployment.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { readBatch, wholeId } from '../meant-batch.ts';

interface Link {
  readonly name: string;
  readonly url: string;
}

/** Prints the pages of a batch or of a deployment, and opens the first one in a terminal. */
export const open = async (
  context: CommandContext,
  { print: onlyPrint }: { readonly print?: boolean },
  named = '',
  key?: string,
): Promise<ExitStatus> => {
  const { terminal, json } = context;
  const { pages, api } = key === undefined ? await ofBatch(context, named) : await ofDeployment(context, named, key);
  const links = [...pages.filter(({ url }) => isPage(url)), { name: 'API', url: api }];
  const [first] = links;
  if (links.length === 1 && key === undefined && !json && !onlyPrint) terminal.error(nothingToOpen(context, named));
  const mayOpen = !json && !onlyPrint && links.length > 1 && terminal.openPage !== undefined;
  print(
    context,
    { links },
    links.map(({ name, url }) => `${printable(name)}: ${printable(url)}`),
  );
  if (!mayOpen) return exitStatus.done;
  if (await terminal.openPage!(new URL(first!.url).href)) return exitStatus.done;
  throw new CommandFailure(exitStatus.failed, ['No browser could be started; open the address above yourself.']);
};

interface Found {
  readonly pages: readonly Link[];
  readonly api: string;
}

const nothingToOpen = ({ command }: CommandContext, named: string): string =>
  `This batch has no page. The pages of a run: ${command('open', named, 'KEY')}`;

const ofBatch = async ({ client }: CommandContext, named: string): Promise<Found> => {
  const { batch_id, links, metadata }: BatchView = await readBatch(client, named);
  return {
    pages: [
      ...linkIn('Step Functions', links.console),
      ...Object.entries(metadata.links ?? {}).map(([name, url]) => ({ name, url })),
    ],
    api: `${client.url}/batches/${encodeURIComponent(batch_id)}`,
  };
};

const ofDeployment = async ({ client }: CommandContext, named: string, key: string): Promise<Found> => {
  const id = await wholeId(client, named);
  const path = `/batches/${encodeURIComponent(id)}/deployments/${key.split('/').map(encodeURIComponent).join('/')}`;
  const { runs, console: page } = await client.ask<DeploymentDetail>(path);
  return {
    pages: [
      // People ask about the last attempt.
      ...runs
        .toReversed()
        .flatMap(({ executor, attempt, url }) => linkIn(`${executor} run, ${attemptOf(attempt)}`, url)),
      ...linkIn('Step Functions', page),
    ],
    api: `${client.url}${path}`,
  };
};

const attemptOf = (attempt: number | 'restore'): string => (attempt === 'restore' ? 'restore' : `attempt ${attempt}`);

const linkIn = (name: string, url: string | undefined): readonly Link[] => (url === undefined ? [] : [{ name, url }]);

/** An address that a browser may get: a page, without a password in it. */
const isPage = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && username === '' && password === '';
};
