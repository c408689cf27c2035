import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { findGo } from './go.ts';

const source = join(import.meta.dirname, 'control-plane');

/** kubectl refuses the answer of a server without a version. */
const version = 'v1.36.3';
/** Half of the time goes into debug information. */
const flags = [
  '-trimpath',
  // A repository of another owner would stop the build, and every commit would give another program.
  '-buildvcs=false',
  '-gcflags=all=-dwarf=false',
  `-ldflags=-s -w -X k8s.io/component-base/version.gitVersion=${version}`,
];
/** Where the program is kept, by everything that changes it. */
const keptAt = (): string => {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of ['main.go', 'controllers.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)));
  const name = ['control-plane', version, process.platform, process.arch, hash.digest('hex').slice(0, 16)].join('-');
  return join(cacheFolder(process.env), name, 'control-plane');
};

/** The kept control plane, or a new one built by Go. Throws without Go: a suite that does not run proves nothing. */
export const obtainControlPlane = async (): Promise<string> => {
  const kept = keptAt();
  if (existsSync(kept)) return kept;
  const { command, env } = findGo();
  console.log(`Building the control plane: about five minutes on two cores. It is kept as ${kept}`);
  mkdirSync(join(kept, '..'), { recursive: true });
  // Written next to its final place first: half a program must not look complete.
  const partial = `${kept}-${process.pid}`;
  const go = spawn(command, ['build', ...flags, '-o', partial, '.'], { stdio: 'inherit', env, cwd: source });
  const [status] = await once(go, 'exit');
  if (status !== 0) throw new Error('the control plane could not be built');
  renameSync(partial, kept);
  return kept;
};
