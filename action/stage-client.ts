import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { awsPatience } from '../lib/adapters/aws-patience.ts';
import { CommandFailure, exitStatus } from '../lib/cli/failure.ts';
import { parsedJson } from '../lib/cli/whole-answer.ts';
import type { Oidc } from './inputs.ts';
import { oidcToken } from './oidc-token.ts';
import type { ActionWorld } from './runner.ts';

const printable = z.string().regex(/^[\x21-\x7e]{1,4096}$/);
/** What the secret of a client holds. */
export const clientSchema = z.object({
  token_url: printable,
  client_id: printable,
  client_secret: printable,
  scope: z.string().optional(),
});

/**
 * The client id and secret of this workflow at a stage on AWS. GitHub vouches for the workflow, so AWS lets it assume a role. The
 * role may read one secret, which holds the client. The result looks like the environment of the command line.
 */
export const stageClient = async (world: ActionWorld, oidc: Oidc): Promise<Readonly<Record<string, string>>> => {
  const { runner } = world;
  const text = await secretText(world, oidc, await lentCredentials(world, oidc));
  const read = clientSchema.safeParse(parsedJson(text));
  if (!read.success)
    throw new CommandFailure(exitStatus.usage, [
      `The secret ${oidc.secretName} is not JSON with token_url, client_id and client_secret.`,
    ]);
  const { token_url, client_id, client_secret, scope } = read.data;
  runner.secret(client_secret);
  return {
    FLOTILLA_TOKEN_URL: token_url,
    FLOTILLA_CLIENT_ID: client_id,
    FLOTILLA_CLIENT_SECRET: client_secret,
    ...(scope === undefined ? {} : { FLOTILLA_SCOPE: scope }),
  };
};

interface Lent {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Seconds. The shortest session that AWS allows; it reads one secret. */
const shortest = 900;

const lentCredentials = async (world: ActionWorld, oidc: Oidc): Promise<Lent> => {
  const { env, runner } = world;
  const client = new STSClient(clientOptions(env, oidc, 'STS'));
  const token = await oidcToken(world, oidc.audience);
  const { Credentials: given } = await client
    .send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: oidc.role,
        RoleSessionName: `flotilla-${env.GITHUB_RUN_ID ?? 'run'}`,
        WebIdentityToken: token,
        DurationSeconds: shortest,
      }),
    )
    .catch(refused(`AWS does not let this workflow assume ${oidc.role}`));
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = given ?? {};
  for (const text of [AccessKeyId, SecretAccessKey, SessionToken]) if (text !== '') runner.secret(text);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
};

const secretText = async ({ env }: ActionWorld, oidc: Oidc, credentials: Lent): Promise<string> => {
  const client = new SecretsManagerClient({ ...clientOptions(env, oidc, 'SECRETS_MANAGER'), credentials });
  const { SecretString } = await client
    .send(new GetSecretValueCommand({ SecretId: oidc.secretName }))
    .catch(refused(`${oidc.role} cannot read the secret ${oidc.secretName}`));
  return SecretString ?? '';
};

const clientOptions = (env: ActionWorld['env'], { region }: Oidc, service: string) => {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env.AWS_ENDPOINT_URL || undefined;
  return { ...awsPatience, region, ...(endpoint === undefined ? {} : { endpoint }) };
};

/** The name of the error is enough. Its text may repeat what was sent. */
const refused =
  (what: string) =>
  (error: unknown): never => {
    const name = error instanceof Error ? error.name : 'an unknown error';
    throw new CommandFailure(exitStatus.refused, [`${what}: ${name}.`]);
  };
