import { listed } from '../domain/batch/findings.ts';
import type { GraphView } from '../usecases/plan/read-graph.ts';

/** A hub waits for thousands; --json has them all. */
const mostNamed = 10;

/** Level by level, each deployment with what it waits for. */
export const graphLines = ({ keys, levels, dependencies, critical_path }: GraphView): readonly string[] => {
  const byLevel = Map.groupBy(keys.keys(), (place) => levels[place]!);
  return [
    ...[...byLevel]
      .sort(([a], [b]) => a - b)
      .flatMap(([level, places]) => [
        `Level ${level}`,
        ...places.map((place) => `  ${keys[place]}${waitsFor(dependencies[place]!.map((one) => keys[one]!))}`),
      ]),
    `Critical path: ${critical_path.join(' -> ')}`,
  ];
};

const waitsFor = (keys: readonly string[]): string => (keys.length === 0 ? '' : `  after ${listed(keys, mostNamed)}`);

/** In Graphviz's language: `flotilla graph ID --dot | dot -Tsvg`. */
export const dotLines = ({ batch_id, keys, dependencies }: GraphView): readonly string[] => [
  `digraph ${JSON.stringify(batch_id)} {`,
  '  rankdir=LR;',
  ...keys.map((key) => `  ${JSON.stringify(key)};`),
  ...dependencies.flatMap((places, place) =>
    places.map((one) => `  ${JSON.stringify(keys[one])} -> ${JSON.stringify(keys[place])};`),
  ),
  '}',
];
