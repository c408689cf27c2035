import { cancelPaths } from '../workflow/cancel-paths.ts';
import { byOwner, byState } from '../workflow/deadline-paths.ts';
import { healing, lasting } from '../workflow/fault-paths.ts';
import { bad, good } from '../workflow/outcome-paths.ts';
import type { Path } from '../workflow/path.ts';
import { deriveCases } from './derive-cases.ts';
import { furtherCases } from './further-cases.ts';
import type { StateCase } from './state-case.ts';

const casesOf = async (paths: readonly Path[]): Promise<readonly StateCase[]> => {
  const derived = await deriveCases(paths);
  return [...derived, ...furtherCases(derived)];
};

/** With the faults, these cover every state in every way; all the paths would take much longer. */
const titles = [
  'the second attempt succeeds after a verification that timed out',
  'a bad image is a verdict within seconds, with the pod as evidence, and is not tried again',
];

const few: readonly Path[] = [
  ...lasting,
  ...healing,
  ...[...good, ...bad].filter(({ title }) => titles.includes(title)),
];

/** Every state of each machine: its cases from the paths of the workflow, and those that they leave out. */
export const stateCases = (): Promise<readonly StateCase[]> => casesOf(few);

/** The same for all paths, for the test on AWS. */
export const allStateCases = (): Promise<readonly StateCase[]> =>
  casesOf([...few, ...bad, ...good, ...cancelPaths, ...byOwner, ...byState]);
