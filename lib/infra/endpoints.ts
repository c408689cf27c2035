import type { FunctionRow, Right } from './function-row.ts';
import { functionsTable } from './functions-table.ts';
import type { PlaceSettings } from './place-settings.ts';

/** The AWS services that functions in a network may need, by the last part of their VPC endpoint's name. */
export const endpointNames = ['dynamodb', 's3', 'states', 'eks', 'sts', 'monitoring', 'secretsmanager'] as const;
export type EndpointName = (typeof endpointNames)[number];

/** The service behind a right. Lambda sends a function's logs and traces itself, not through the function's network. */
const servedBy: Readonly<Partial<Record<Right, EndpointName>>> = {
  table: 'dynamodb',
  'table:feed': 'dynamodb',
  'table:hints': 'dynamodb',
  'documents:read': 's3',
  'documents:write': 's3',
  'documents:remove': 's3',
  'adoptions:store': 's3',
  uploads: 's3',
  tokens: 'states',
  'watches:start': 'states',
  'batches:start': 'states',
  'batches:describe': 'states',
  'previews:start': 'states',
  clusters: 'eks',
  'clusters:logs': 'eks',
  'clusters:deploy': 'eks',
  metrics: 'monitoring',
  'harness-secret': 'secretsmanager',
  'callback-secret': 'secretsmanager',
};

/** Functions that ask clusters have a copy in each place. */
export const hasCopies = ({ rights }: Pick<FunctionRow, 'rights'>): boolean =>
  rights.some((right) => right.startsWith('clusters'));

/** What the functions that ask clusters need. A cluster token is signed locally; assuming a role needs STS. */
export const neededEndpoints = (assumesRoles: boolean): readonly EndpointName[] => {
  const rows = Object.values<FunctionRow>(functionsTable).filter(hasCopies);
  const needed = rows.flatMap(({ rights }) => rights.flatMap((right) => servedBy[right] ?? []));
  const all = new Set<EndpointName>(assumesRoles ? [...needed, 'sts'] : needed);
  return endpointNames.filter((name) => all.has(name));
};

export const missingEndpoints = (
  { nat, endpoints }: Pick<PlaceSettings, 'nat' | 'endpoints'>,
  needed: readonly EndpointName[],
): readonly EndpointName[] => (nat ? [] : needed.filter((name) => !endpoints.includes(name)));
