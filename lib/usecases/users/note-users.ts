import type { Item } from '../../domain/ports.ts';
import type { Actor } from '../../domain/record/actor.ts';
import type { UserRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';

/** How many users a process remembers. The one seen first is dropped first. */
const mostRemembered = 10_000;

/**
 * Records a user seen for the first time, and again when their name changes. A process reads each user once. A request
 * never fails because of this: a user who could not be recorded is recorded next time.
 */
export const noteUsers = ({ table, clock }: Pick<Deps, 'table' | 'clock'>): ((actor: Actor) => Promise<void>) => {
  const seen = new Set<string>();
  const remember = (mark: string): void => {
    const [first] = seen;
    if (seen.size >= mostRemembered && first !== undefined) seen.delete(first);
    seen.add(mark);
  };
  return async (actor) => {
    const { subject, kind, name, email } = actor;
    const mark = JSON.stringify([subject, kind, name, email]);
    if (actor.isNobody || seen.has(mark)) return;
    try {
      const item = await table.get(keys.user(subject));
      const known = rowOf<UserRow>(item);
      if (known === undefined || isChanged(known, actor)) {
        const row = userRow(actor, known?.first_seen_at ?? clock.now());
        await table.transact([{ put: itemOf(keys.user(subject), row), when: unchanged(known) }]);
      }
      remember(mark);
    } catch {
      // A list of users is worth no request.
    }
  };
};

const userRow = ({ subject, kind, name, email }: Actor, first_seen_at: number): UserRow => ({
  subject,
  kind,
  ...(name === undefined ? {} : { name }),
  ...(email === undefined ? {} : { email }),
  first_seen_at,
});

/** A token without a name does not erase a known one. */
const isChanged = (known: UserRow, { kind, name = known.name, email = known.email }: Actor): boolean =>
  known.kind !== kind || known.name !== name || known.email !== email;

/** If two processes see somebody at once, the first writes. */
const unchanged = (known: UserRow | undefined) =>
  known === undefined ? { exists: false } : { equals: { first_seen_at: known.first_seen_at } satisfies Partial<Item> };
