import type { Construct } from 'constructs';
import { copyAt } from '../domain/catalogue/function-place.ts';
import { hasCopies } from './endpoints.ts';
import { FunctionPlace } from './function-places.ts';
import type { FunctionRow, Right } from './function-row.ts';
import { functionsTable, pascalCase, type Stem } from './functions-table.ts';
import { Handler, type HandlerProps } from './handler.ts';
import type { PlaceSettings } from './place-settings.ts';

/** A function in a network, a copy of the one in no network. */
export interface Copy {
  readonly stem: Stem;
  readonly place: string;
  readonly handler: Handler;
}

interface Shared extends Pick<HandlerProps, 'code' | 'resources' | 'service'> {
  /** Megabytes, where they differ from the row's. */
  readonly memory: Readonly<Partial<Record<Stem, number>>>;
}

const copied = Object.entries<FunctionRow>(functionsTable).filter(([, row]) => hasCopies(row)) as readonly (readonly [
  Stem,
  FunctionRow,
])[];

/**
 * A copy, in each place, of every function that asks clusters. Nothing outside calls a copy. For the API, the original
 * calls its copies.
 */
export const addCopies = (
  scope: Construct,
  places: Readonly<Record<string, PlaceSettings>>,
  { memory, ...shared }: Shared,
): readonly Copy[] =>
  Object.entries(places).flatMap(([place, settings]) => {
    const { service, resources } = shared;
    const props = { name: place, settings, service, assumesRoles: resources.clusterRoles.length > 0 };
    const network = new FunctionPlace(scope, `Place${pascalCase(place)}`, props);
    return copied.map(([stem, { trigger: _, ...row }]): Copy => {
      const own = { ...row, memory: memory[stem] ?? row.memory };
      const id = pascalCase(copyAt(stem, place));
      const handler = new Handler(scope, id, { ...shared, stem, row: own, place: { name: place, network } });
      return { stem, place, handler };
    });
  });

/** The roles of the copies that have a right. */
export const roleArnsOf = (copies: readonly Copy[], place: string, right: Right): readonly string[] => {
  const row = (stem: Stem): FunctionRow => functionsTable[stem];
  return copies
    .filter((copy) => copy.place === place && row(copy.stem).rights.includes(right))
    .map(({ handler }) => handler.role.roleArn);
};
