import { fits, hasText } from '../asked.ts';
import { serviceKey } from '../batch/keys-called.ts';
import type { ItemRow } from '../record/rows.ts';
import type { Cell } from '../schedule/cells.ts';
import { type Sheet, scopeOfClass } from '../schedule/sheet.ts';
import type { Waiting } from '../schedule/waiting.ts';
import type { Status } from './status.ts';

/** A filter over a batch's deployments. All given fields must match. */
export interface DeploymentFilter {
  readonly status?: Status | undefined;
  readonly environment?: string | undefined;
  readonly pillar?: string | undefined;
  readonly cluster?: string | undefined;
  /** The reason of its status, or of its last failed attempt. */
  readonly reason?: string | undefined;
  /** Part of its key, reason or message, ignoring case. */
  readonly text?: string | undefined;
  /** What it waits for, or why it was skipped: the id of a hold or of a batch, or a deployment's key. */
  readonly held_by?: string | undefined;
  /** This place in the plan, or a later one. */
  readonly from?: number | undefined;
}

export type PlaceFilter = Pick<DeploymentFilter, 'environment' | 'pillar' | 'cluster'>;

export const namesPlace = ({ environment, pillar, cluster }: PlaceFilter): boolean =>
  environment !== undefined || pillar !== undefined || cluster !== undefined;

/** Whether a deployment's index matches the filter. */
export const isPlaced = (
  filter: PlaceFilter,
  { classes, class_of }: Pick<Sheet, 'classes' | 'class_of'>,
): ((index: number) => boolean) => {
  const fitting = classes.map((names) => fitsPlace(filter, scopeOfClass(names)));
  return (index) => fitting[class_of[index]!]!;
};

export const fitsPlace = (filter: PlaceFilter, own: { readonly [Name in keyof PlaceFilter]: string | undefined }) =>
  fits(filter.environment, own.environment) && fits(filter.pillar, own.pillar) && fits(filter.cluster, own.cluster);

type Row = Pick<ItemRow, 'status' | 'reason' | 'message' | 'failure' | 'outcome'>;

/** A deployment that nothing has happened to yet. */
const untouched = { status: 'PENDING', reason: 'AwaitingTurn', message: '' } as const;

/** Whether a deployment's row matches. */
export const fitsRow = (
  { status, reason, text }: DeploymentFilter,
  key: string,
  row: Row | undefined = untouched,
): boolean => {
  const failure = (row.outcome ?? row).failure;
  return (
    fits(status, row.status) &&
    (reason === undefined || reason === row.reason || reason === failure?.reason) &&
    hasText(text, [key, row.reason, row.message, failure?.reason, failure?.message])
  );
};

/** Whether it may match, before its row is read. A deployment that still waits has no row. */
export const mayFitRow = (filter: DeploymentFilter, key: string, cell: Cell): boolean =>
  typeof cell !== 'number' || fitsRow(filter, key);

/** A service on several infrastructures may be named as a whole. */
const keyAndService = (key: string | undefined): readonly string[] => (key === undefined ? [] : [key, serviceKey(key)]);

/** All names that a person may use for what is waited for. */
export const namesOfWaiting = (one: Waiting): readonly (string | undefined)[] => {
  if (one.kind === 'hold') return [one.id];
  if (one.kind === 'dependency') return [one.name, one.root?.key].flatMap(keyAndService);
  if (one.kind === 'lock') return [one.batch_id, ...keyAndService(one.key)];
  return one.kind === 'stop' ? [one.because] : [];
};
