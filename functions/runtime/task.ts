import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { FlotillaError } from '../../lib/domain/errors.ts';
import { contract, type TaskInput, type TaskName, type TaskOutput } from '../../statemachines/contract.ts';

export type TaskHandler = (event: unknown, context: Context) => Promise<unknown>;

/** A function that a state machine calls. Its input and output must match the contract. */
export const task = <Name extends TaskName>(
  name: Name,
  run: (input: TaskInput<Name>) => Promise<TaskOutput<Name>>,
): TaskHandler =>
  middy<unknown, unknown>().handler(async (event) => {
    const input = contract[name].input.safeParse(event);
    if (!input.success) throw new FlotillaError('ContractBroken', `${name} was given ${input.error.message}`);
    return contract[name].output.parse(await run(input.data as TaskInput<Name>));
  });
