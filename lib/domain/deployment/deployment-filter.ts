import { fits, hasText } from '../asked.ts';
import type { ItemRow } from '../record/rows.ts';
import type { Cell } from '../schedule/cells.ts';
import { type Sheet, scopeOfClass } from '../schedule/sheet.ts';
import type { Waiting } from '../schedule/waiting.ts';
import type { Status } from './status.ts';

/** Which deployments of a batch are asked for: all that is named must fit. */
export interface DeploymentFilter {
  readonly status?: Status | undefined;
  readonly environment?: string | undefined;
  readonly pillar?: string | undefined;
  readonly cluster?: string | undefined;
  /** Why it is in its status, or why its last attempt failed. */
  readonly reason?: string | undefined;
  /** A part, in any letter case, of its key, its reason or its message. */
  readonly text?: string | undefined;
  /** What it waits for, or was skipped because of: the id of a hold or of a batch, or the key of a deployment. */
  readonly held_by?: string | undefined;
  /** Its place in the plan, or a later one. */
  readonly from?: number | undefined;
}

export type PlaceFilter = Pick<DeploymentFilter, 'environment' | 'pillar' | 'cluster'>;

export const namesPlace = ({ environment, pillar, cluster }: PlaceFilter): boolean =>
  environment !== undefined || pillar !== undefined || cluster !== undefined;

/** By index, whether a deployment belongs where it is asked for. */
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

/** Of one that nothing has happened to. */
const untouched = { status: 'PENDING', reason: 'AwaitingTurn', message: '' } as const;

/** Whether a deployment fits by what its row says. */
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

/** Whether it may fit, before its row is read: where it waits still, there is none. */
export const mayFitRow = (filter: DeploymentFilter, key: string, cell: Cell): boolean =>
  typeof cell !== 'number' || fitsRow(filter, key);

/** All that somebody may call what is waited for. */
export const namesOfWaiting = (one: Waiting): readonly (string | undefined)[] => {
  if (one.kind === 'hold') return [one.id];
  if (one.kind === 'dependency') return [one.name, one.root?.key];
  if (one.kind === 'lock') return [one.batch_id, one.key];
  return one.kind === 'stop' ? [one.because] : [];
};
