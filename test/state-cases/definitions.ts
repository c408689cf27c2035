import { readFileSync } from 'node:fs';
import { type Definition, type State, scopesOf } from '../statemachines/machine.ts';
import type { MachineName } from './state-case.ts';

export const machineNames: readonly MachineName[] = ['batch', 'watch', 'preview'];

const definitionText = (machine: MachineName): string =>
  readFileSync(new URL(`../../statemachines/${machine}.asl.json`, import.meta.url), 'utf8');

const readStates = (machine: MachineName): ReadonlyMap<string, State> => {
  const definition = JSON.parse(definitionText(machine)) as Definition;
  return new Map(scopesOf(definition).flatMap(({ states }) => Object.entries(states)));
};

const states = { batch: readStates('batch'), watch: readStates('watch'), preview: readStates('preview') };

/** Every state of a machine and of its children, by name. */
export const statesOf = (machine: MachineName): ReadonlyMap<string, State> => states[machine];

/** What TestState requires of a mock. */
export const needsMock = ({ Type }: State): boolean => Type === 'Task' || Type === 'Map';

export const waitsForToken = ({ Resource }: State): boolean => String(Resource).endsWith('.waitForTaskToken');
