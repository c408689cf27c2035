import assert from 'node:assert/strict';
import { account } from './cloud.ts';
import { partner } from './configuration.ts';

/** The emulator keeps accounts apart by the access key, which is the number of the account, and checks no signature. */
const asPartner = (emulator: string, parameters: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(emulator, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${partner.account}/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: new URLSearchParams({ Version: '2010-05-08', ...parameters }),
  });

/** In another account: a role that this one may assume with the external id. */
export const makePartnerRole = async (emulator: string): Promise<void> => {
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: `arn:aws:iam::${account}:root` } },
        Condition: { StringEquals: { 'sts:ExternalId': partner.word } },
      },
    ],
  };
  const asked = { Action: 'CreateRole', RoleName: partner.role, AssumeRolePolicyDocument: JSON.stringify(trust) };
  const answer = await asPartner(emulator, asked);
  const text = await answer.text();
  assert.ok(answer.ok, text);
  assert.match(text, new RegExp(`arn:aws:iam::${partner.account}:role/${partner.role}`));
};
