import { join } from 'node:path';
import { runCommand } from './cloud/run-command.ts';

const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-cache-dir'];

/**
 * Creates a Python environment in a folder, with the packages of a file at exact versions and with their hashes, from
 * PyPI. Returns the folder of its programs.
 */
export const makeVenv = async (folder: string, requirements: string): Promise<string> => {
  await runCommand('python3', ['-m', 'venv', folder]);
  const programs = join(folder, 'bin');
  await runCommand(join(programs, 'python3'), [
    '-m',
    'pip',
    'install',
    ...quiet,
    '--require-hashes',
    '-r',
    requirements,
  ]);
  return programs;
};
