import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { clusterGroup, deployerGroup, logsGroup } from '../domain/catalogue/cluster-group.ts';
import { addOutput } from './add-output.ts';
import type { Right } from './function-row.ts';
import { pascalCase } from './functions-table.ts';
import type { Handlers } from './handlers.ts';
import { accessEntries } from './next-steps.ts';

/** The cluster group of a role, by what its function may do in the cluster. */
const groups = [
  ['clusters', clusterGroup, 'read'],
  ['clusters:logs', logsGroup, 'have its logs read'],
  ['clusters:deploy', deployerGroup, 'be deployed to by the executor kubernetes'],
] as const satisfies readonly (readonly [Right, string, string])[];

/**
 * The commands that let each place's functions into a cluster. Their roles differ from the roles of functions outside
 * places.
 */
export const addPlaceOutputs = (scope: Construct, handlers: Handlers, places: readonly string[]): void => {
  const { region } = Stack.of(scope);
  for (const place of places) {
    for (const [right, group, what] of groups) {
      addOutput(scope, `Entries${pascalCase(place)}${pascalCase(group)}`, {
        value: accessEntries(region, handlers.roleArnsAt(place, right), group),
        description: `Lets the functions in ${place} into a cluster of this place, to ${what}.`,
      });
    }
  }
};
