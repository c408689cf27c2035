import { DescribeUserPoolClientCommand } from '@aws-sdk/client-cognito-identity-provider';
import type { Clients } from './clients.ts';
import type { Cloud } from './cloud.ts';

/** The pool by the client of people, who may decide what a program must not. */
export const asAdmin = (cloud: Cloud): Cloud => ({ ...cloud, poolClient: cloud.adminClient });

/** Access tokens of the deployed user pool for these scopes, got as a program of a user gets them: for its id and secret. */
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
