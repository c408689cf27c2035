import { describeScope } from '../holds/describe-scope.ts';
import type { HoldRow, HoldScope } from '../holds/hold.ts';
import type { Draft } from './decisions.ts';
import { circuitName, isBeingTried } from './held.ts';
import { changeHold, endHold } from './hold-changes.ts';
import { isSamePlace, type Place } from './place.ts';

/**
 * A circuit opens with the third outage within five minutes. One alone may be over by the next look. An executor is
 * asked every few seconds, so three are reported within half a minute.
 */
const outagesToOpen = 3;
const outageMemory = 5 * 60_000;
/** As long as an API server takes to restart. It doubles each time, so an hour's outage sees about ten tries. */
const firstOpen = 60_000;
/** Nobody waits longer than this after it is back. */
const longestOpen = 10 * 60_000;

const openFor = (opened: number): number => Math.min(firstOpen * 2 ** (opened - 1), longestOpen);

interface Outage {
  readonly scope: HoldScope;
  readonly seen: string;
  readonly at: number;
}

/** Messages may come late and twice: each outage counts once, by its time. */
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

/** An answer closes a circuit, even before its hold ends. An answer older than the last outage does not. */
export const noteAnswer = (draft: Draft, { scope, at }: Pick<Outage, 'scope' | 'at'>): void => {
  const { state } = draft;
  const name = circuitName(scope);
  if (name === undefined) return;
  const outages = state.outages.get(name);
  if (outages !== undefined && at >= outages.at.at(-1)!) draft.setOutage(name, undefined);
  const hold = state.held.circuits.get(name);
  if (hold?.circuit === undefined || at < hold.circuit.seen_at) return;
  const message = `It answers again: ${describeScope(hold.scope)}.`;
  endHold(draft, hold, { actor: 'dispatcher', from: 'PROCESSING', to: 'SUCCESS', reason: 'CircuitClosed', message });
};

/** Lets one deployment through. Returns what must answer before others may follow. */
export const tryCircuits = (draft: Draft, names: readonly string[], place: Place): readonly string[] => {
  const { trying } = draft.state.held;
  if (trying.size === 0 || isBeingTried(draft.state, names)) return [];
  const tried = names.filter((name) => trying.has(name));
  for (const name of tried) setTriedBy(draft, trying.get(name)!, place);
  return tried;
};

/** It ended without a reported answer: the next one may try. */
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
