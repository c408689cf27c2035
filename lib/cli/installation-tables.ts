import { listed } from '../domain/batch/findings.ts';
import type { ItemDefaults } from '../domain/batch/item-defaults.ts';
import type { ShownCatalogue } from '../domain/catalogue/show-catalogue.ts';
import type { ExecutorView } from '../usecases/deployment/read-executors.ts';
import type { ClusterView } from '../usecases/rollout/read-clusters.ts';
import type { LimitView } from '../usecases/schedule/read-queue.ts';
import type { WatchingView } from '../usecases/wait/read-watching.ts';
import { type FittedTable, fitTable } from './fit-table.ts';
import { atPlace, mark } from './tables.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

type Look = Pick<Terminal, 'columns'>;

/** `3 of 20`, or just the number without a limit. */
export const ofLimit = (inFlight: number, limit: number | undefined): string =>
  limit === undefined ? String(inFlight) : `${inFlight} of ${limit}`;

const nameOf = ({ name, simulated }: { readonly name: string; readonly simulated: boolean }): string =>
  `${name}${simulated ? mark : ''}`;

const looked = ({ watching, last_look }: WatchingView, times: Times): string => {
  if (last_look === undefined) return '-';
  return `${times.minute(last_look)}${watching ? ', and on' : ''}`;
};

/** The most space for names on a line; --json has them all. */
const mostNames = 8;

/** One line for each name of the catalogue. */
export const catalogueTable = (catalogue: ShownCatalogue, { columns }: Look): FittedTable => {
  const { defaults, pillars, environments, infrastructures, clusters, executors } = catalogue;
  const limited = ({ limit }: { readonly limit?: number }): string => (limit === undefined ? '-' : String(limit));
  return fitTable(
    [{ head: 'KIND' }, { head: 'NAME' }, { head: 'LIMIT', spare: 1 }, { head: 'WITH', cut: 'sentence', least: 12 }],
    [
      ...(defaults === undefined ? [] : [['defaults', 'for all', '-', defaultsText(defaults)]]),
      ...pillars.map((one) => [
        'pillar',
        one.name,
        limited(one),
        withDefaults(namesIn(one.services, 'any service'), one),
      ]),
      ...(environments === undefined
        ? [['environment', 'any', '-', '']]
        : environments.map((one) => [
            'environment',
            one.name,
            limited(one),
            withDefaults(
              `${namesIn(one.infrastructures, 'any infrastructure')}${one.second_person ? '; another person resolves' : ''}`,
              one,
            ),
          ])),
      ...infrastructures.map(({ name, cluster }) => ['infrastructure', name, '-', `on ${cluster}`]),
      ...clusters.map((one) => ['cluster', nameOf(one), limited(one), '']),
      ...executors.map((one) => ['executor', nameOf(one), limited(one), one.account]),
    ],
    columns,
  );
};

const withDefaults = (text: string, { defaults }: { readonly defaults?: ItemDefaults }): string =>
  defaults === undefined ? text : `${text}; defaults: ${defaultsText(defaults)}`;

/** `retry_count 1, health_check path /ready`. */
const defaultsText = ({ health_check = {}, ...defaults }: ItemDefaults): string =>
  listed([
    ...Object.entries(defaults).map(([field, value]) => `${field} ${value}`),
    ...Object.entries(health_check).map(([field, value]) => `health_check ${field} ${value}`),
  ]);

const namesIn = (names: readonly string[] | undefined, any: string): string =>
  names === undefined ? any : listed(names, mostNames);

export const executorTable = (executors: readonly ExecutorView[], { columns }: Look, times: Times): FittedTable =>
  fitTable(
    [
      { head: 'EXECUTOR' },
      { head: 'ACCOUNT', cut: 'name' },
      { head: 'IN FLIGHT' },
      { head: 'REQUESTS A MINUTE', spare: 2 },
      { head: 'LAST LOOK', spare: 1 },
      { head: 'TROUBLE', cut: 'sentence', least: 12 },
    ],
    executors.map((one) => [
      nameOf(one),
      one.account,
      ofLimit(one.in_flight, one.limit),
      one.budget === undefined ? '-' : ofLimit(one.budget.allowed, one.budget.limit),
      looked(one, times),
      troubleOf(one, times),
    ]),
    columns,
  );

const troubleOf = ({ trouble, circuit, throttled_until }: ExecutorView, times: Times): string => {
  const told = [
    ...(throttled_until === undefined ? [] : [`nothing is sent before ${times.timeOfDay(throttled_until)}`]),
    ...(trouble === undefined ? [] : [`cannot be read since ${times.minute(trouble.since)}: ${trouble.answered}`]),
    ...(circuit === undefined ? [] : [`does not answer since ${times.minute(circuit.since)}`]),
  ];
  return told.length === 0 ? '-' : told.join('; ');
};

export const clusterTable = (clusters: readonly ClusterView[], { columns }: Look, times: Times): FittedTable =>
  fitTable(
    [
      { head: 'CLUSTER' },
      { head: 'IN FLIGHT' },
      { head: 'KNOWN SINCE', spare: 2 },
      { head: 'LAST LOOK', spare: 1 },
      { head: 'TROUBLE', cut: 'sentence', least: 12 },
    ],
    clusters.map((one) => [
      `${nameOf(one)}${atPlace(one)}`,
      ofLimit(one.in_flight, one.limit),
      one.identity_known_since === undefined ? '-' : times.minute(one.identity_known_since),
      looked(one, times),
      troublesOf(one, times),
    ]),
    columns,
  );

const troublesOf = ({ rights, circuit, unverified }: ClusterView, times: Times): string => {
  const told = [
    ...(circuit === undefined ? [] : [`does not answer since ${times.minute(circuit.since)}`]),
    ...(rights === undefined ? [] : [`does not let us ${listed(rights.missing, mostNames)}: ${rights.remedy}`]),
    ...(unverified ? ['its certificate is not checked'] : []),
  ];
  return told.length === 0 ? '-' : told.join('; ');
};

export const limitTable = (limits: readonly LimitView[], { columns }: Look): FittedTable =>
  fitTable(
    [{ head: 'KIND' }, { head: 'NAME' }, { head: 'IN FLIGHT' }],
    limits.map(({ kind, name, limit, in_flight }) => [kind, name, ofLimit(in_flight, limit)]),
    columns,
  );
