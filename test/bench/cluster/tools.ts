import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** When a program ended, in milliseconds since 1970, and how. */
export const timed = async (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly at: number; readonly status: number | null }> => {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore'], env: { ...process.env, ...env } });
  const [status] = await once(child, 'exit');
  return { at: Date.now(), status };
};

/** A chart of one Deployment; its image is a value. */
export const writeChart = (folder: string, deployment: object): void => {
  mkdirSync(join(folder, 'templates'), { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'bench', version: '1.0.0' }));
  writeFileSync(join(folder, 'templates', 'deployment.yaml'), JSON.stringify(deployment));
};
