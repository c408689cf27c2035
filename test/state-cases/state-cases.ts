import { healing, lasting } from '../workflow/fault-paths.ts';
import { bad, good } from '../workflow/outcome-paths.ts';
import { deriveCases } from './derive-cases.ts';
import { furtherCases } from './further-cases.ts';
import type { StateCase } from './state-case.ts';

/** Every state of both machines: what the paths of the workflow make of it, and what they leave out. */
export const stateCases = async (): Promise<readonly StateCase[]> => {
  const derived = await deriveCases([...lasting, ...healing, ...bad, ...good]);
  return [...derived, ...furtherCases(derived)];
};
