import type { Held, Hindrance, HindranceKind } from '../../domain/deployment/held.ts';
import { describeEnd, describeHeld, hindranceOf, isLeftOpen } from '../../domain/deployment/hindrance.ts';
import type { Condition, News } from '../../domain/ports.ts';
import { foreignAddress } from '../../domain/record/foreign-text.ts';
import type { ItemRow } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import { changeHeld, type HeldChange, renewHeld } from './change-held.ts';
import { fittingText } from './settle-failure.ts';
import { placeOf } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'clock'>;

/** Milliseconds. Anything shorter is a hiccup that nobody needs to hear of. */
export const lasting = 20_000;

/** Milliseconds. How often a step's progress is updated, without an event. */
const renewal = 60_000;

/** Milliseconds. The least time between updates when the text changed in more than its numbers. */
const leastRenewal = 5_000;

/** `told` is the step's text in its row. */
type Known = Hindrance & { readonly since: number; readonly told_at: number; readonly told: string };

/** Minutes and measurements change all the time. Without them, a changed text means a real change. */
const withoutNumbers = (text: string): string => text.replace(/\d+(\.\d+)?/g, '#');

/**
 * Reports what holds up an account's runs, in each deployment's row. Writes an event only when a hindrance begins,
 * changes or ends. First sightings are kept in memory; a new poller sees them again.
 */
export class Hindrances {
  #seen = new Map<string, Known>();

  async note(deps: Needs, rows: readonly RunWatchRow[], newsOf: (row: RunWatchRow) => News | undefined): Promise<void> {
    const now = deps.clock.now();
    const before = this.#seen;
    this.#seen = new Map();
    const changes = rows.flatMap((row) => {
      const news = newsOf(row);
      const hindrance = hindranceOf({ row, news, now });
      const known = before.get(row.key);
      if (hindrance === undefined && isLeftOpen(known?.why ?? row.held, news)) {
        if (known !== undefined) this.#seen.set(row.key, known);
        return [];
      }
      if (hindrance === undefined) return row.held === undefined ? [] : [endHeld(deps, row)];
      const isKnown = known?.why === hindrance.why && known.step === hindrance.step;
      const since = hindrance.since ?? (isKnown ? known.since : now);
      const isTold = hindrance.why === row.held && hindrance.step === row.held_step;
      const isNews = isTold && hindrance.why === 'steps' && isToBeRenewed(known, hindrance, now);
      const { answered = '' } = hindrance;
      const last = !isTold || isNews || known === undefined ? { told_at: now, told: answered } : known;
      this.#seen.set(row.key, { ...hindrance, since, told_at: last.told_at, told: last.told });
      if (isNews) return [renewHeld(deps, row, fittingText(answered))];
      if (isTold || (now - since < lasting && hindrance.why !== 'steps')) return [];
      return [beginHeld(deps, row, { ...hindrance, since, name: row.deployment.executor.account })];
    });
    await Promise.all(changes);
  }
}

const isToBeRenewed = (known: Known | undefined, { answered = '' }: Hindrance, now: number): boolean => {
  if (known === undefined) return true;
  const isOther = withoutNumbers(answered) !== withoutNumbers(known.told);
  return now - known.told_at >= (isOther ? leastRenewal : renewal);
};

const beginHeld = (deps: Needs, row: RunWatchRow, { asked, answered, url, ...held }: Held): Promise<void> =>
  change(deps, row, (item) => {
    const page = url ?? item.runs.at(-1)?.url;
    const told: Held = {
      ...held,
      ...(asked === undefined ? {} : { asked: fittingText(asked) }),
      ...(answered === undefined ? {} : { answered: fittingText(answered) }),
      ...(page === undefined ? {} : { url: foreignAddress(page) }),
    };
    const reason = reasons[held.why] ?? 'HeldUp';
    const { step } = held;
    const set = { held: held.why, ...(step === undefined ? {} : { held_step: step }) };
    const watch = step === undefined ? { set, remove: ['held_step' as const] } : { set };
    return { watch, patch: { reason, message: describeHeld(told), held: told } };
  });

const reasons: Readonly<Partial<Record<HindranceKind, string>>> = {
  person: 'WaitingInHarness',
  proceed: 'WaitingForPerson',
  steps: 'TakesSteps',
};

const endHeld = (deps: Needs, row: RunWatchRow): Promise<void> =>
  change(deps, row, ({ held }) => ({
    watch: { remove: ['held', 'held_step'] },
    ...(held === undefined ? {} : { patch: { reason: 'GoesOn', message: describeEnd(held, deps.clock.now()) } }),
  }));

/** If a start was sent in the meantime, it no longer waits, whatever the look saw. */
const asItWas = ({ phase, held }: RunWatchRow): Condition =>
  held === undefined ? { equals: { phase }, missing: ['held'] } : { equals: { phase, held } };

const change = (deps: Needs, row: RunWatchRow, make: (item: ItemRow) => HeldChange): Promise<void> =>
  changeHeld(deps, { place: placeOf(row), when: asItWas(row), actor: 'executor' }, make);
