import { covers, isInForce, servicesOf } from '../holds/covers.ts';
import type { HoldRow } from '../holds/hold.ts';
import { holdLine } from './lines.ts';
import { isSamePlace, type Place } from './place.ts';
import { candidateAt } from './sheet.ts';
import type { BatchState, ScheduleState } from './state.ts';

/** A circuit's name: the executor's account, or the cluster. Undefined if the scope names neither. */
export const circuitName = ({ executor, cluster }: HoldRow['scope']): string | undefined => {
  if (executor !== undefined) return `executor:${executor}`;
  return cluster === undefined ? undefined : `cluster:${cluster}`;
};

/** Called after a change of the holds, and when the state is loaded. */
export const deriveHeld = (state: ScheduleState): void => {
  const all = [...state.holds.values()].sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1));
  const inForce = all.filter(isInForce);
  const circuits = all.filter(({ kind }) => kind === 'circuit');
  state.held = {
    wide: inForce.filter(({ scope }) => scope.batch === undefined && scope.service === undefined),
    ofBatch: by(
      inForce.filter(({ scope }) => scope.service === undefined),
      ({ scope }) => scope.batch,
    ),
    ofService: by(inForce, ({ scope }) => scope.service),
    circuits: new Map(circuits.map((hold) => [circuitName(hold.scope)!, hold])),
    trying: new Map(circuits.filter((hold) => !isInForce(hold)).map((hold) => [circuitName(hold.scope)!, hold])),
    nextEnd: Math.min(...inForce.map(({ until }) => until ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY),
  };
  for (const line of state.lines.values()) holdLine(line, state.held.wide);
};

const by = (
  holds: readonly HoldRow[],
  nameOf: (hold: HoldRow) => string | undefined,
): ReadonlyMap<string, readonly HoldRow[]> => {
  const groups = Map.groupBy(holds, (hold) => nameOf(hold) ?? '');
  groups.delete('');
  return groups;
};

/** The hold on a whole class of a batch. */
export const holdOnClass = ({ held }: ScheduleState, batch: BatchState, at: number): HoldRow | undefined => {
  const { sheet, lines } = batch;
  const ofBatch = held.ofBatch.get(sheet.batch_id);
  if (ofBatch === undefined) return undefined;
  const { scope, isRollback } = lines[at]!;
  return ofBatch.find((hold) => covers(hold, { ...scope, isRollback, key: '', batch_id: sheet.batch_id }));
};

/** The hold on a deployment's service. */
export const holdOnService = ({ held }: ScheduleState, batch: BatchState, index: number): HoldRow | undefined => {
  if (held.ofService.size === 0) return undefined;
  const candidate = candidateAt(batch.sheet, index);
  for (const name of servicesOf(candidate.key)) {
    const hold = held.ofService.get(name)?.find((one) => covers(one, candidate));
    if (hold !== undefined) return hold;
  }
  return undefined;
};

/** Whether one deployment is already going through whose answer may close all circuits of these limits. */
export const isBeingTried = ({ held }: ScheduleState, names: readonly string[]): boolean =>
  held.trying.size > 0 && names.some((name) => held.trying.get(name)?.circuit?.tried_by !== undefined);

/** The hold that keeps a granted turn from starting, including a circuit that another deployment is trying. */
export const holdOnTurn = (state: ScheduleState, batch: BatchState, index: number): HoldRow | undefined => {
  const at = batch.sheet.class_of[index]!;
  return (
    batch.lines[at]!.held ??
    holdOnClass(state, batch, at) ??
    holdOnService(state, batch, index) ??
    triedByOthers(state, batch.sheet.classes[at]!, { batch_id: batch.sheet.batch_id, index })
  );
};

const triedByOthers = ({ held }: ScheduleState, names: readonly string[], place: Place): HoldRow | undefined => {
  if (held.trying.size === 0) return undefined;
  return names
    .flatMap((name) => held.trying.get(name) ?? [])
    .find(({ circuit }) => circuit?.tried_by === undefined || !isSamePlace(circuit.tried_by, place));
};
