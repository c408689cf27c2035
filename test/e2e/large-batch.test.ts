import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchBytes } from '../../lib/domain/batch/batch-size.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { instantCluster, instantExecutor } from '../bench/instant-world.ts';
import { type Ran, run } from '../cli/cli-world.ts';
import { inBlockStyle, largeBatch } from '../domain/batch/large-batch.ts';

const deployments = 1_300;
const token = 'the-token-of-the-large-batch-in-full';
const text = inBlockStyle(largeBatch({ deployments, tags: 10, tagLength: 256, dependencies: 10 }));
const folder = mkdtempSync(join(tmpdir(), 'flotilla-large-'));
const file = join(folder, 'release.yaml');

let runtime: Runtime;
beforeAll(async () => {
  writeFileSync(file, text);
  const configuration = simulatedConfiguration();
  const clearing = Array.from({ length: deployments }, (_, at) => `service-${at}`).map((name) => [
    name,
    { kind: 'cronjob' as const, name, namespace: 'clearing' },
  ]);
  const services = { clearing: Object.fromEntries(clearing) };
  runtime = await startRuntime({
    port: 0,
    token,
    data: join(folder, 'data'),
    configuration: { ...configuration, catalogue: { ...configuration.catalogue, services } },
    executor: () => instantExecutor,
    cluster: () => instantCluster('1.0.0'),
  });
});
afterAll(async () => {
  await runtime?.close();
  rmSync(folder, { recursive: true });
});

const flotilla = (...argv: readonly string[]): Promise<Ran> =>
  run([...argv, '--url', runtime.url, '--json'], { directory: folder, env: { FLOTILLA_TOKEN: token } });

describe('a batch that is larger than a request may be', () => {
  it('is one', () => {
    expect(Buffer.byteLength(text)).toBeGreaterThan(batchBytes.inRequest);
  });

  it('is planned by the server', async () => {
    const { status, out } = await flotilla('plan', file);
    expect(status).toBe(0);
    expect(JSON.parse(out.join('\n'))).toMatchObject({ total: deployments });
  });

  it('is accepted, once for an Idempotency-Key, planned, and stored as it was sent', async () => {
    const first = await flotilla('deploy', file, '--idempotency-key', 'large-1');
    expect([first.status, first.error]).toEqual([0, []]);
    const { batch_id, total } = JSON.parse(first.out.join('\n'));
    expect(total).toBe(deployments);
    const second = await flotilla('deploy', file, '--idempotency-key', 'large-1');
    expect(JSON.parse(second.out.join('\n'))).toMatchObject({ batch_id });
    expect(readFileSync(join(folder, 'data', 'documents', 'batches', batch_id, 'source.yaml'), 'utf8')).toBe(text);
    const headers = { authorization: `Bearer ${token}` };
    const read = async () => (await fetch(`${runtime.url}/batches/${batch_id}`, { headers })).json();
    await expect.poll(read, { interval: 200 }).toMatchObject({ status: 'PROCESSING', total });
  });

  it('gets its problems with the lines of the file', async () => {
    const last = `service_name: service-${deployments - 1}\n`;
    writeFileSync(file, text.replace(last, last.replace('service-', 'servise-')));
    const { status, error } = await run(['deploy', file, '--url', runtime.url], { env: { FLOTILLA_TOKEN: token } });
    const line = text.slice(0, text.indexOf(last)).split('\n').length;
    expect([status, error[1]]).toEqual([2, expect.stringContaining(`release.yaml:${line}:`)]);
  });
});
