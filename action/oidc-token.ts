import * as z from 'zod';
import { networkMessage } from '../lib/adapters/network-failure.ts';
import { ask } from '../lib/adapters/own-fetch.ts';
import { CommandFailure, exitStatus, Unreachable } from '../lib/cli/failure.ts';
import { parsedJson } from '../lib/cli/whole-answer.ts';
import type { ActionWorld } from './runner.ts';

const answer = z.object({ value: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/) });
const mostBytes = 64 * 1024;

/** Asks GitHub for a token that identifies this workflow. It is masked, and no message repeats it. */
export const oidcToken = async ({ env, runner }: ActionWorld, audience: string): Promise<string> => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = env;
  if (url === '' || bearer === '')
    throw new CommandFailure(exitStatus.usage, [
      'This job may not ask for an OIDC token. Give it `permissions: { id-token: write }`; a pull request from a fork never has it.',
    ]);
  const { status, text } = await asked(`${url}&audience=${encodeURIComponent(audience)}`, bearer);
  const read = answer.safeParse(parsedJson(text));
  if (status !== 200 || !read.success)
    throw new CommandFailure(exitStatus.refused, [`GitHub gave no OIDC token: it answered ${status}.`]);
  runner.secret(read.data.value);
  return read.data.value;
};

const asked = async (url: string, bearer: string): Promise<{ readonly status: number; readonly text: string }> => {
  try {
    const headers = { authorization: `Bearer ${bearer}`, accept: 'application/json' };
    const signal = AbortSignal.timeout(30_000);
    const { status, read } = await ask(url, { headers, signal, credential: true, limit: mostBytes });
    return { status, text: new TextDecoder().decode((await read()).bytes) };
  } catch (error) {
    throw new Unreachable('time', [`GitHub gave no OIDC token: ${networkMessage(error)}`]);
  }
};
