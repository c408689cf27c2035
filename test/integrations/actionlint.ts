import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';
import { findGo } from '../cluster/go.ts';

const source = join(import.meta.dirname, 'actionlint');
const program = 'github.com/rhysd/actionlint/cmd/actionlint';

/**
 * The path of actionlint, at the version and with the hashes of go.mod and go.sum. Go builds it once, in ten seconds.
 */
export const obtainActionlint = (): string => {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)));
  const name = ['actionlint', process.platform, process.arch, hash.digest('hex').slice(0, 16)].join('-');
  const kept = join(cacheFolder(process.env), name, 'actionlint');
  if (existsSync(kept)) return kept;
  const { command, env } = findGo('npm run test:integrations builds actionlint');
  mkdirSync(join(kept, '..'), { recursive: true });
  // Under another name first, so that an interrupted build does not look finished.
  const partial = `${kept}-${process.pid}`;
  const flags = ['-mod=readonly', '-trimpath', '-buildvcs=false'];
  execFileSync(command, ['build', ...flags, '-o', partial, program], { stdio: 'inherit', env, cwd: source });
  renameSync(partial, kept);
  return kept;
};
