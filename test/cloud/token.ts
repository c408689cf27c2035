import { createHash, randomBytes } from 'node:crypto';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { loginReturn } from '../../lib/infra/own-issuer.ts';
import type { Clients } from './clients.ts';
import type { Cloud, Team } from './cloud.ts';

/** The pool, with the client of a team's program. */
export const asTeam = (cloud: Cloud, team: Team): Cloud => ({ ...cloud, poolClient: cloud.teams[team] });

/**
 * Access tokens of the deployed user pool for these scopes, requested as a user's program does: with its id and secret.
 */
export const fetchToken = async (
  { cognito }: Pick<Clients, 'cognito'>,
  { emulator, pool: UserPoolId, poolClient: ClientId }: Pick<Cloud, 'emulator' | 'pool' | 'poolClient'>,
  scopes: readonly string[],
): Promise<string> => {
  const { UserPoolClient } = await cognito.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
  const basic = Buffer.from(`${ClientId}:${UserPoolClient?.ClientSecret}`).toString('base64');
  const response = await fetch(`${emulator}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
};

/** Adds a person to a group of the pool, and returns the login. */
export const addPerson = async (
  { cognito }: Pick<Clients, 'cognito'>,
  { pool: UserPoolId }: Pick<Cloud, 'pool'>,
  { name: Username, group: GroupName }: { readonly name: string; readonly group: string },
): Promise<{ readonly username: string; readonly password: string }> => {
  const Password = `Aa1!${randomBytes(12).toString('hex')}`;
  // The emulator generates a first password that its own policy refuses.
  const first = { TemporaryPassword: Password, MessageAction: 'SUPPRESS' } as const;
  await cognito.send(new AdminCreateUserCommand({ UserPoolId, Username, ...first }));
  await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }));
  await cognito.send(new CreateGroupCommand({ UserPoolId, GroupName }));
  await cognito.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
  return { username: Username, password: Password };
};

/**
 * The token of a person who logs in on the page of the pool, as a browser sends its form. The code is exchanged as in
 * the output PersonToken.
 */
export const logIn = async (
  { emulator, peopleClient: client_id }: Pick<Cloud, 'emulator' | 'peopleClient'>,
  person: { readonly username: string; readonly password: string },
  scopes: readonly string[] = ['read', 'deploy', 'approve'],
): Promise<string> => {
  const verifier = randomBytes(32).toString('hex');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const scope = scopes.map((one) => `flotilla/${one}`).join(' ');
  const asked = { client_id, redirect_uri: loginReturn, scope, response_type: 'code', code_challenge };
  const page = await fetch(`${emulator}/login`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ ...asked, code_challenge_method: 'S256', ...person }),
  });
  const code = URL.parse(page.headers.get('location') ?? '')?.searchParams.get('code');
  if (code == null) throw new Error(`no code: ${page.status} ${await page.text()}`);
  const grant = {
    grant_type: 'authorization_code',
    client_id,
    redirect_uri: loginReturn,
    code,
    code_verifier: verifier,
  };
  const response = await fetch(`${emulator}/oauth2/token`, { method: 'POST', body: new URLSearchParams(grant) });
  if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { access_token: string }).access_token;
};
