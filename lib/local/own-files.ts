import { join } from 'node:path';

/** The folder of the program: sources lie two levels below it, and so do the files of the bundle. */
const root = join(import.meta.dirname, '..', '..');

const isBundled = !import.meta.filename.endsWith('.ts');

/** A file that comes with the program, as `examples/release.yaml`. */
export const ownFile = (path: string): string => join(root, path);

/** Programs that run in a process or a thread of their own, by their names in the bundle. */
export const ownPrograms = {
  cluster: 'lib/simulators/cluster/main.ts',
  harness: 'lib/simulators/harness/main.ts',
  planner: 'lib/local/planner/planner-thread.ts',
} as const;

export type OwnProgram = keyof typeof ownPrograms;

/** The file to start for it. */
export const ownProgram = (name: OwnProgram): string =>
  isBundled ? join(import.meta.dirname, `${name}.js`) : join(root, ownPrograms[name]);
