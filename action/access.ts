import { type AccessToken, accessToken, safeToken, tokenFrom } from '../lib/cli/access-token.ts';
import { ApiClient } from '../lib/cli/api-client.ts';
import type { CommandContext } from '../lib/cli/command-context.ts';
import { defaultUrl } from '../lib/cli/default-url.ts';
import { shellWord } from '../lib/cli/shell-word.ts';
import { timesIn } from '../lib/cli/times.ts';
import type { Inputs, Oidc } from './inputs.ts';
import { logTerminal } from './log-terminal.ts';
import type { ActionWorld, Runner } from './runner.ts';

/** The context that the commands of the command line need, made from the inputs of a step. */
export const contextOf = async (world: ActionWorld, { url, auth }: Inputs): Promise<CommandContext> => {
  const { env, runner } = world;
  const address = url ?? defaultUrl;
  const token = auth.kind === 'token' ? auth.token : undefined;
  if (token !== undefined) runner.secret(token);
  const given: AccessToken | undefined =
    token === undefined ? undefined : async () => tokenFrom('in the input token', token);
  const sources = auth.kind === 'oidc' ? await ofStage(world, auth) : env;
  return {
    ...world,
    terminal: logTerminal(runner),
    json: false,
    times: timesIn('UTC'),
    client: new ApiClient({
      url: address,
      token: safeToken(masked(accessToken(given, { env: sources }), runner), address),
    }),
    command: (...words) => ['flotilla', ...words, '--url', address].map(shellWord).join(' '),
    readStdin: async () => new Uint8Array(),
  };
};

/** The SDK of AWS takes a while to load. */
const ofStage = async (world: ActionWorld, auth: Oidc) => {
  const { stageClient } = await import('./stage-client.ts');
  return stageClient(world, auth);
};

/** Masks each token before its first use. */
const masked = (token: AccessToken, { secret }: Pick<Runner, 'secret'>): AccessToken => {
  const known = new Set<string>();
  return async () => {
    const sent = await token();
    if (sent !== undefined && !known.has(sent.text)) secret(sent.text);
    if (sent !== undefined) known.add(sent.text);
    return sent;
  };
};
