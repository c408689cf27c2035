import { describeScope } from '../holds/describe-scope.ts';
import type { HoldRow, HoldScope } from '../holds/hold.ts';
import type { Draft } from './decisions.ts';
import { circuitName, isBeingTried } from './held.ts';
import { changeHold, endHold } from './hold-changes.ts';
import { isSamePlace, type Place } from './place.ts';

/**
 * A circuit opens with the third outage within five minutes: one alone is a moment that the next look gets over, and an executor is
 * asked every few seconds, so three are told of within half a minute.
 */
const outagesToOpen = 3;
const outageMemory = 5 * 60_000;
/** As long as a restart of an API server takes; doubled each time, so that what is away for an hour is tried some ten times. */
const firstOpen = 60_000;
/** Nobody waits for longer after it is there again. */
const longestOpen = 10 * 60_000;

const openFor = (opened: number): number => Math.min(firstOpen * 2 ** (opened - 1), longestOpen);

interface Outage {
  readonly scope: HoldScope;
  readonly seen: string;
  readonly at: number;
}

/** Messages about it may come late and twice: each outage counts once, by its time. */
export const noteOutage = (draft: Draft, outage: Outage): void => {
  const { state } = draft;
  const name = circuitName(outage.scope);
  if (name === undefined) return;
  const hold = state.held.circuits.get(name);
  if (hold !== undefined) {
    if (hold.circuit?.trying && outage.at >= hold.until!) open(draft, { ...outage, ...hold }, hold.circuit.opened + 1);
    return;
  }
  const known = state.outages.get(name)?.at ?? [];
  const at = [...new Set([...known, outage.at])].filter((one) => one > outage.at - outageMemory).sort((a, b) => a - b);
  if (at.length < outagesToOpen) {
    draft.setOutage(name, { name, at });
    return;
  }
  if (known.length > 0) draft.setOutage(name, undefined);
  open(draft, { ...outage, id: `circuit-${state.nextFence++}`, since: at[0]! }, 1);
};

const open = (
  draft: Draft,
  { id, scope, since, seen, at }: Outage & Pick<HoldRow, 'id' | 'since'>,
  opened: number,
): void => {
  const what = describeScope(scope);
  const known = draft.state.holds.has(id);
  const message = `Nothing starts in ${what}, which does not answer: ${seen}`;
  changeHold(
    draft,
    {
      ...{ id, kind: 'circuit', scope, rollbacks: true, by: 'dispatcher', since },
      ...{ reason: `It does not answer: ${what}.`, until: draft.now + openFor(opened) },
      circuit: { opened, seen, seen_at: at },
    },
    { actor: 'dispatcher', from: known ? 'PROCESSING' : null, to: 'PROCESSING', reason: 'CircuitOpened', message },
  );
};

/** An answer closes a circuit, also one whose hold is not over; one from before what was seen last does not. */
export const noteAnswer = (draft: Draft, { scope, at }: Pick<Outage, 'scope' | 'at'>): void => {
  const { state } = draft;
  const name = circuitName(scope);
  if (name === undefined) return;
  const outages = state.outages.get(name);
  if (outages !== undefined && at >= outages.at.at(-1)!) draft.setOutage(name, undefined);
  const hold = state.held.circuits.get(name);
  if (hold?.circuit === undefined || at < hold.circuit.seen_at) return;
  const message = `There is an answer again: ${describeScope(hold.scope)}.`;
  endHold(draft, hold, { actor: 'dispatcher', from: 'PROCESSING', to: 'SUCCESS', reason: 'CircuitClosed', message });
};

/** The one that is let through. Says what must answer before others may come. */
export const tryCircuits = (draft: Draft, names: readonly string[], place: Place): readonly string[] => {
  const { trying } = draft.state.held;
  if (trying.size === 0 || isBeingTried(draft.state, names)) return [];
  const tried = names.filter((name) => trying.has(name));
  for (const name of tried) setTriedBy(draft, trying.get(name)!, place);
  return tried;
};

/** It ended without an answer that anybody told of: the next one may try. */
export const tryNoMore = (draft: Draft, place: Place): void => {
  for (const hold of [...draft.state.held.trying.values()]) {
    const { tried_by } = hold.circuit!;
    if (tried_by !== undefined && isSamePlace(tried_by, place)) setTriedBy(draft, hold, undefined);
  }
};

const setTriedBy = (draft: Draft, hold: HoldRow, place: Place | undefined): void => {
  const { tried_by: _, ...circuit } = hold.circuit!;
  draft.setHold(hold.id, { ...hold, circuit: { ...circuit, ...(place === undefined ? {} : { tried_by: place }) } });
};
