import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, describe, expect, test } from 'vitest';
import { parseHarnessSecret, StoredConfiguration, withHarnessSecret } from '../../functions/runtime/configuration.ts';
import { executorOf, makeExecutors } from '../../functions/runtime/executors.ts';
import { Kept } from '../../functions/runtime/kept.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import type { Catalogue, Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { requestOf } from '../executors/harness-fixtures.ts';

describe('the secret of Harness', () => {
  test('is read', () => {
    const host = 'app.harness.io';
    expect(parseHarnessSecret('{"api_key":"pat.a.b.c"}')).toEqual({ host, api_key: 'pat.a.b.c', webhook_tokens: {} });
    const whole = { host: 'acme.example', api_key: 'pat.a.b.c', webhook_tokens: { shared: 'token' } };
    expect(parseHarnessSecret(JSON.stringify(whole))).toEqual(whole);
  });

  test.each([
    'pat.account.id.secret',
    '{"api_key": pat.account.id.secret}',
    '{"key":"pat.account.id.secret"}',
    '{"api_key":["pat.account.id.secret"]}',
    '{"api_key":"pat.account.id.secret","webhook_tokens":{"shared":7}}',
    '{"api_key":""}',
  ])('is refused without a character of it: %s', (text) => {
    let said = '';
    try {
      parseHarnessSecret(text);
    } catch (error) {
      const { name, message, stack, cause, details } = error as Error & { details: unknown };
      said = `${name} ${message} ${stack} ${JSON.stringify({ cause, details })}`;
    }
    expect(said).toMatch(/^ConfigurationInvalid/);
    expect(said).not.toMatch(/pat\.|account\.id/);
  });
});

describe('the configuration of a stage', () => {
  const stored = () => {
    const world = { now: 0, text: '{"catalogue":{"simulated":true}}', fault: undefined as object | undefined };
    const documents = {
      get: async () => {
        if (world.fault !== undefined) throw Object.assign(new Error('it cannot be read'), world.fault);
        return world.text;
      },
      put: async () => {},
      remove: async () => {},
    };
    const clock = { now: () => world.now, sleep: async () => {} };
    return { world, configuration: new StoredConfiguration({ documents, clock }) };
  };

  test('is read once a minute', async () => {
    const { world, configuration } = stored();
    await configuration.get();
    world.text = '{"catalogue":{"simulated":false}}';
    expect(await configuration.catalogue()).toEqual({ simulated: true });
    world.now = 60_000;
    expect(await configuration.catalogue()).toEqual({ simulated: false });
  });

  test('stays while the documents cannot be read for a moment: a cancel has to work then, too', async () => {
    const { world, configuration } = stored();
    await configuration.get();
    Object.assign(world, { now: 60_000, fault: { name: 'SlowDown', $metadata: { httpStatusCode: 503 } } });
    expect(await configuration.catalogue()).toEqual({ simulated: true });
  });

  test('ends where the right to read it is gone', async () => {
    const { world, configuration } = stored();
    await configuration.get();
    Object.assign(world, { now: 60_000, fault: { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } } });
    await expect(configuration.catalogue()).rejects.toThrow('it cannot be read');
  });
});

describe('the host that the secret of Harness is for', () => {
  const secrets = mockClient(SecretsManagerClient);
  afterAll(() => secrets.restore());
  const catalogue: Catalogue = {
    ...{ simulated: false, pillars: {}, clusters: {}, infrastructures: {} },
    harness: { simulated: false, account: 'a' },
  };
  const leadingTo = (base_url: string): Configuration => ({
    catalogue,
    connections: {
      clusters: {},
      harness: { ...{ kind: 'real', base_url, account: 'a', org: 'o', project: 'p' }, api_key: '', webhook_tokens: {} },
    },
  });

  /** The hosts that get requests when the configuration is used. */
  const askedBy = async (base_url: string, host: string | undefined): Promise<readonly string[]> => {
    const SecretString = JSON.stringify({ ...(host === undefined ? {} : { host }), api_key: 'pat.a.b.c' });
    secrets.on(GetSecretValueCommand).resolves({ SecretString });
    const asked: string[] = [];
    const transport: Transport = async (url) => {
      asked.push(new URL(url).host);
      return { status: 404, headers: new Headers(), body: null };
    };
    const table = new SqliteTable(':memory:');
    const options = { table, clock: { now: () => 0, sleep: async () => {} }, random: { next: () => 0 }, transport };
    const executors = makeExecutors(await withHarnessSecret(leadingTo(base_url), 'id'), options);
    await executorOf(executors, 'harness:a')
      .cancel(requestOf(), 'run')
      .catch(() => {});
    return [...new Set(asked)];
  };

  test.each([
    ['https://app.harness.io', undefined],
    ['https://app.harness.io/gateway', 'app.harness.io'],
    ['https://acme.example:8443', 'acme.example:8443'],
  ])('gets the request: %s with a secret for %s', async (base, host) => {
    expect(await askedBy(base, host)).toEqual([new URL(base).host]);
  });

  test.each([
    ['https://acme.example', undefined],
    ['https://acme.example', 'app.harness.io'],
    ['https://app.harness.io', 'acme.example'],
    ['https://app.harness.io:8443', 'app.harness.io'],
    ['https://app.harness.io.acme.example', 'app.harness.io'],
  ])('no other host gets one: %s with a secret for %s', async (base, host) => {
    await expect(askedBy(base, host)).rejects.toMatchObject({ name: 'ConfigurationInvalid' });
    await expect(askedBy(base, host)).rejects.toThrow('nothing is sent there');
    await expect(askedBy(base, host)).rejects.not.toThrow('pat.a.b.c');
  });
});

describe('what is cached', () => {
  const setUp = () => {
    const world = { now: 0, text: 'one' as string | undefined, fault: {}, reads: 0, made: [] as string[] };
    const kept = new Kept<{ readonly of: string }>({
      clock: { now: () => world.now },
      read: async () => {
        world.reads += 1;
        if (world.text === undefined) throw Object.assign(new Error('it cannot be read'), world.fault);
        return world.text;
      },
      make: (of) => {
        if (of === 'nonsense') throw new Error('it is invalid');
        world.made.push(of);
        return { of };
      },
    });
    return { world, kept };
  };

  test('is made once, for all callers at the same time and for a minute', async () => {
    const { world, kept } = setUp();
    const [one, other] = await Promise.all([kept.get(), kept.get()]);
    world.now = 59_999;
    expect([other, await kept.get()]).toEqual([one, one]);
    expect(world).toMatchObject({ reads: 1, made: ['one'] });
  });

  test('stays the same object while its text does', async () => {
    const { world, kept } = setUp();
    const first = await kept.get();
    world.now = 60_000;
    expect(await kept.get()).toBe(first);
    expect(world).toMatchObject({ reads: 2, made: ['one'] });
  });

  test('is made again when its text has changed: a new key, a new cluster', async () => {
    const { world, kept } = setUp();
    await kept.get();
    world.text = 'two';
    expect(await kept.get()).toEqual({ of: 'one' });
    world.now = 60_000;
    expect(await kept.get()).toEqual({ of: 'two' });
  });

  test.each([
    ['the right was taken away', { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }],
    ['it is gone', { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } }],
    ['it is going to be deleted', { name: 'InvalidRequestException', $metadata: { httpStatusCode: 400 } }],
    ['its key is gone', { name: 'DecryptionFailure', $metadata: { httpStatusCode: 400 } }],
    ['a program of ours is wrong', { name: 'TypeError' }],
  ])('is used for at most one more minute where %s, and made again when it is back', async (_, fault) => {
    const { world, kept } = setUp();
    const first = await kept.get();
    Object.assign(world, { text: undefined, fault });
    world.now = 59_999;
    expect(await kept.get()).toBe(first);
    world.now = 60_000;
    await expect(kept.get()).rejects.toThrow('it cannot be read');
    await expect(kept.get()).rejects.toThrow('it cannot be read');
    world.text = 'one';
    expect(await kept.get()).toEqual({ of: 'one' });
    expect(world.made).toEqual(['one', 'one']);
  });

  test('is no longer used when its text has become invalid', async () => {
    const { world, kept } = setUp();
    await kept.get();
    world.text = 'nonsense';
    world.now = 60_000;
    await expect(kept.get()).rejects.toThrow('it is invalid');
    await expect(kept.get()).rejects.toThrow('it is invalid');
  });

  test.each([
    ['throttled', { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }],
    ['broken', { $metadata: { httpStatusCode: 500 } }],
    ['not reached', { code: 'ECONNRESET' }],
  ])(
    'stays while its text cannot be read because the service is %s; only the first read logs an error',
    async (_, fault) => {
      const { world, kept } = setUp();
      Object.assign(world, { text: undefined, fault });
      await expect(kept.get()).rejects.toThrow('it cannot be read');
      world.text = 'one';
      expect(await kept.get()).toEqual({ of: 'one' });
      world.text = undefined;
      world.now = 60_000;
      expect(await kept.get()).toEqual({ of: 'one' });
      world.text = 'two';
      world.now = 120_000;
      expect(await kept.get()).toEqual({ of: 'two' });
    },
  );
});
