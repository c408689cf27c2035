import { resolve } from 'node:path';
import type { Configuration } from '../domain/catalogue/catalogue.ts';
import { FlotillaError } from '../domain/errors.ts';
import { parseFaultFile } from '../simulators/harness/fault-file.ts';
import { readTextFile } from './read-text-file.ts';

export interface LoadedFaults {
  /** For the simulated Harness, which reads it itself. */
  readonly harnessFlags: readonly string[];
  readonly count: number;
}

/** Checks a file of faults before a server starts with it. Throws ConfigurationInvalid with every problem. */
export const loadFaults = (file: string, directory: string, { connections }: Configuration): LoadedFaults => {
  if (connections.harness.kind !== 'simulated') {
    const message = `--faults ${file} is for a simulated Harness, and this configuration names a real one: leave it out, or write harness: { simulated: true }.`;
    throw new FlotillaError('ConfigurationInvalid', message);
  }
  const path = resolve(directory, file);
  const read = readTextFile(path);
  if ('why' in read)
    throw new FlotillaError('ConfigurationInvalid', `The file of faults ${path} cannot be read: ${read.why}.`);
  const parsed = parseFaultFile(read.text);
  if ('issues' in parsed) {
    const { issues } = parsed;
    throw new FlotillaError('ConfigurationInvalid', `The file of faults ${path} is not valid.`, { issues, file: path });
  }
  return { harnessFlags: ['--faults', path], count: parsed.orders.length };
};
