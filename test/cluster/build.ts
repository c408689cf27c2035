import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { findGo } from './go.ts';

const source = join(import.meta.dirname, 'control-plane');

/** kubectl refuses to read the answer of a server without a version. */
const version = 'v1.36.3';
/** Half of the time goes into what a debugger needs. */
const flags = [
  '-trimpath',
  // A repository that belongs to somebody else would end the build, and every commit would be another program.
  '-buildvcs=false',
  '-gcflags=all=-dwarf=false',
  `-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=${version}`,
];
/** Where the program is kept, by all that makes it another one. */
const keptAt = (): string => {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of ['main.go', 'controllers.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)));
  const name = ['control-plane', version, process.platform, process.arch, hash.digest('hex').slice(0, 16)].join('-');
  return join(cacheFolder(process.env), name, 'control-plane');
};

/** The control plane as it is kept, or built by Go. Throws where that is missing: a suite that is not run proves nothing. */
export const obtainControlPlane = async (): Promise<string> => {
  const kept = keptAt();
  if (existsSync(kept)) return kept;
  const { command, env } = findGo();
  console.log(`Building the control plane: some five minutes on two cores. It is kept as ${kept}`);
  mkdirSync(join(kept, '..'), { recursive: true });
  // Beside its place first: half a program must not look like a whole one.
  const partial = `${kept}-${process.pid}`;
  const go = spawn(command, ['build', ...flags, '-o', partial, '.'], { stdio: 'inherit', env, cwd: source });
  const [status] = await once(go, 'exit');
  if (status !== 0) throw new Error('the control plane could not be built');
  renameSync(partial, kept);
  return kept;
};
