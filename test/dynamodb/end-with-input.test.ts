import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('an engine ends with the process that started it', async () => {
  const keeper = join(import.meta.dirname, 'end-with-input.ts');
  const engine = 'console.log(process.pid); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, [keeper, process.execPath, '--eval', engine], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect(isThere(Number(line))).toBe(true);
  const ended = once(child, 'close');
  child.stdin.destroy();
  await ended;
  expect(isThere(Number(line))).toBe(false);
});
