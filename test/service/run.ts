import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Has systemd check the unit of the example, and how much of the machine the service could reach. Needs
 * systemd-analyze.
 */
const root = join(import.meta.dirname, '..', '..');

/** Tenths: 10 of 100 is the best that a program with a network and a compiler gets. */
const mostExposed = 15;

/** The unit's program is not installed on a build machine, so another replaces it. */
const withProgram = (unit: string): string => unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`);

const analyze = (...args: readonly string[]): { status: number | null; told: string } => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, told: `${stdout}${stderr}` };
};

const checkUnit = (folder: string, unit: string): void => {
  const file = join(folder, 'flotilla.service');
  writeFileSync(file, withProgram(unit));
  assert.deepEqual(analyze('verify', '--man=no', file), { status: 0, told: '' });
  console.log('systemd-analyze verify: nothing found');

  const security = analyze('security', '--offline=true', '--no-pager', `--threshold=${mostExposed}`, file);
  assert.equal(security.status, 0, security.told);
  console.log(/→ Overall exposure.*: [\d.]+/.exec(security.told)?.[0]);

  // If nothing were checked, both answers above would be worthless.
  writeFileSync(file, withProgram(unit).replace(/^(?:Protect|Private|Restrict|SystemCall)\w+=.*$/gm, ''));
  assert.notEqual(analyze('security', '--offline=true', `--threshold=${mostExposed}`, file).status, 0);
  console.log('Without its protections it is refused.');
};

const checkOptions = (unit: string): void => {
  const [, words = ''] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
  const options = words.split(' ').filter((word) => word.startsWith('--'));
  const help = execFileSync(process.execPath, [join(root, 'bin', 'flotilla.js'), 'serve', '--help'], {
    encoding: 'utf8',
  });
  assert.ok(options.length > 0);
  assert.deepEqual(
    options.filter((option) => !help.includes(`${option} <`)),
    [],
  );
  console.log(`serve knows ${options.join(' ')}.`);
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-service-'));
try {
  const unit = readFileSync(join(root, 'examples', 'systemd', 'flotilla.service'), 'utf8');
  checkUnit(folder, unit);
  checkOptions(unit);
} finally {
  rmSync(folder, { recursive: true });
}
