import { networkMessage } from '../adapters/network-failure.ts';
import { ask } from '../adapters/own-fetch.ts';
import { isLoopback, withoutBrackets } from '../domain/safe-address.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';

/** Where to post a batch's end. */
export interface Reporting {
  readonly report?: URL | undefined;
}

/** An address for a batch's end: https, or this machine, without credentials. */
export const reportAddress = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe =
    url !== undefined &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(withoutBrackets(url.hostname))));
  if (!isSafe) throw unfit('it is an https:// address, or an http:// address on this machine');
  if (url.username !== '' || url.password !== '') throw unfit('it has no user and no password in it');
  url.hash = '';
  return url;
};

const unfit = (what: string): CommandFailure =>
  new CommandFailure(exitStatus.usage, [`--report-url is not taken: ${what}.`]);

const tries = 4;
const firstPause = 1_000;
const patienceForAnswer = 10_000;

/**
 * Posts a batch's outcome. It tries a few times. If that fails it only warns, since the batch has its outcome. Our
 * token is never sent there.
 */
export const reportEnd = async (
  { clock, terminal, client }: Pick<CommandContext, 'clock' | 'terminal' | 'client'>,
  url: URL,
  { batch_id, status, reason, message, counts, links }: BatchView,
): Promise<void> => {
  const absolute = Object.fromEntries(
    Object.entries(links).map(([name, link]) => [name, new URL(link, `${client.url}/`).href]),
  );
  const body = JSON.stringify({ batch_id, status, reason, message, counts, links: absolute });
  let answer = '';
  for (let nth = 1, pause = firstPause; nth <= tries; nth += 1, pause *= 2) {
    const told = await post(url, body);
    if (told === undefined) return;
    answer = told;
    if (nth < tries) await clock.sleep(pause);
  }
  terminal.error(`warning: the end of batch ${batch_id} could not be posted to ${url.origin}: ${answer}.`);
};

/** No more of the answer is read. */
const mostBytes = 64 * 1024;

/** Undefined if it was accepted, else the answer. */
const post = async (url: URL, body: string): Promise<string | undefined> => {
  try {
    const headers = { 'content-type': 'application/json' };
    const signal = AbortSignal.timeout(patienceForAnswer);
    const sending = { method: 'POST', headers, body, signal, credential: false, limit: mostBytes } as const;
    const { status, redirect, read } = await ask(url.href, sending);
    await read();
    return status >= 200 && status < 300 ? undefined : `it answered with ${redirect ?? status}`;
  } catch (error) {
    return networkMessage(error);
  }
};
