import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { Clusters } from '../../functions/runtime/clusters.ts';
import { onLambda } from '../../functions/runtime/on-lambda.ts';

const directory = mkdtempSync(join(tmpdir(), 'flotilla-unchecked-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const kubeconfig = join(directory, 'kubeconfig');
writeFileSync(
  kubeconfig,
  JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1', 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
    contexts: [{ name: 'one', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'one',
  }),
);

it('functions on AWS contact no cluster without a certificate check, no matter what its entry says', async () => {
  const connections = { eu: { kind: 'kubeconfig', kubeconfig } } as const;
  await expect(new Clusters(connections, { verify: 'required' }).get('eu')).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: expect.stringContaining('verify: required forbids'),
  });
  expect(await new Clusters(connections).get('eu')).toBeDefined();
});

it('a function does not start where Node checks no certificate', () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  // Elsewhere the command line says so, before it loads any function.
  expect(() => onLambda(() => async () => undefined)).not.toThrow();
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'flotilla-dev-api');
  expect(() => onLambda(() => async () => undefined)).toThrow(/^NODE_TLS_REJECT_UNAUTHORIZED=0/);
});
