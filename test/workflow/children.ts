import { childrenOf } from './report.ts';
import type { World } from './world.ts';

/** Ends the child execution of a deployment from outside, as an operator in the console would. */
export const killChild = async (world: World, batchId: string, index: number): Promise<void> => {
  const executionArn = (await childrenOf(world, batchId)).get(index)?.at(-1);
  if (executionArn === undefined) throw new Error(`deployment ${index} has no child`);
  await world.engine.stopExecution({ executionArn, cause: 'by the test' });
};
