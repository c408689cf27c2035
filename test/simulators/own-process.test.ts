import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

test.each(['cluster', 'harness'])(
  '%s: ends without a fault when its parent dies before the first line',
  async (what) => {
    const file = fileURLToPath(new URL(`../../lib/simulators/${what}/main.ts`, import.meta.url));
    const child = spawn(process.execPath, [file, '--exit-with-stdin'], { stdio: 'pipe' });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stdout.destroy();
    child.stdin.end();
    const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([status, said]).toEqual([0, '']);
  },
);
