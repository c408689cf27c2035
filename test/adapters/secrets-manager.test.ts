import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { readSecretVersions } from '../../lib/adapters/secrets-manager.ts';

const none = new ResourceNotFoundException({ message: 'there is no such stage', $metadata: {} });
const denied = new SecretsManagerServiceException({
  name: 'AccessDeniedException',
  message: 'it may not be read',
  $fault: 'client',
  $metadata: {},
});

const asked = (current: string | Error, before: string | Error) => {
  const client = new SecretsManagerClient({ region: 'eu-central-1' });
  const mock = mockClient(client);
  for (const [VersionStage, given] of [
    [undefined, current],
    ['AWSPREVIOUS', before],
  ] as const) {
    const answer = mock.on(GetSecretValueCommand, { SecretId: 'id', ...(VersionStage && { VersionStage }) });
    if (typeof given === 'string') answer.resolves({ SecretString: given });
    else answer.rejects(given);
  }
  return readSecretVersions('id', client);
};

describe('the versions of a secret', () => {
  test.each([
    ['the current one and the one before', 'new', 'old', ['new', 'old']],
    ['one, when there is no earlier one', 'new', none, ['new']],
    ['one, when the earlier one is empty', 'new', '', ['new']],
  ])('are %s', async (_, current, before, versions) => {
    expect(await asked(current, before)).toEqual(versions);
  });

  test.each([
    ['there is none', none, 'old', 'there is no such stage'],
    ['it has no value yet', '', none, 'the secret id has no value yet'],
    ['the one before may not be read', 'new', denied, 'it may not be read'],
  ])('fail when %s', async (_, current, before, message) => {
    await expect(asked(current, before)).rejects.toThrow(message);
  });
});
