import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';

const main = new URL('../../../lib/simulators/harness/main.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const run = (...args: readonly string[]): ChildProcess & { stdout: NodeJS.ReadableStream } => {
  const child = spawn(process.execPath, [main, ...args], { stdio: 'pipe' });
  children.push(child);
  return child;
};

const firstLine = async (child: {
  stdout: NodeJS.ReadableStream;
}): Promise<{ url: string; port: number; simulated: boolean; what: string }> => {
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line);
  throw new Error('it printed nothing');
};

describe('the simulator as a process', () => {
  it('prints its address once it listens, accepts its options, and ends on SIGTERM', async () => {
    const child = run('--port', '0', '--trigger', 'p/t=tok', '--api-key', 'good', '--event-milliseconds', '5');
    const { url, port, simulated, what } = await firstLine(child);
    expect({ url, simulated, what }).toEqual({ url: `http://127.0.0.1:${port}`, simulated: true, what: 'harness' });
    const query = 'accountIdentifier=a&orgIdentifier=o&projectIdentifier=p&pipelineIdentifier=p&triggerIdentifier=t';
    const fire = (token: string) =>
      fetch(`${url}/pipeline/api/webhook/custom/${token}/v3?${query}`, { method: 'POST', body: '{}' });
    expect((await fire('tok')).status).toBe(200);
    expect((await fire('other')).status).toBe(400);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends with its standard input, on request', async () => {
    const child = run('--exit-with-stdin');
    await firstLine(child);
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    ['--port', 'x'],
    ['--cluster', 'noaddress'],
    ['--trigger', 'p'],
    ['--details', 'v9'],
    ['--faults', '/nowhere/faults.yaml'],
    ['--faults', main],
  ])('refuses %s %s', async (...args) => {
    const child = run(...args);
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
