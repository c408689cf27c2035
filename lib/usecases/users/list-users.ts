import { FlotillaError } from '../../domain/errors.ts';
import type { UserRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import { cursorFor, positionIn } from '../cursor.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';

export interface UserView extends Omit<UserRow, 'first_seen_at'> {
  readonly first_seen_at: string;
}

export interface UserList {
  /** Sorted by subject. */
  readonly users: readonly UserView[];
  /** The limit applied: a larger one is reduced to the maximum. */
  readonly limit: number;
  /** Send it as `after` to continue; absent at the end. */
  readonly next_after?: string;
}

const list = { list: 'users', filters: {} };

/** Everybody who was ever let in, one row each. */
export const listUsers = async (
  { table, rights }: Pick<Deps, 'table'> & AskedBy,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<UserList> => {
  if (!rights.everywhere('read')) {
    const why = 'The list has the users of every team, and no grant lets you see every pillar in every environment.';
    throw new FlotillaError('Forbidden', why);
  }
  const position = positionIn(list, after);
  const from = position === undefined ? {} : { after: position };
  const { items, next } = await table.query({ pk: keys.user('').pk, limit, ...from });
  return {
    users: items.map((item) => viewOf(rowOf<UserRow>(item)!)),
    limit,
    ...(next === undefined ? {} : { next_after: cursorFor(list, next) }),
  };
};

const viewOf = ({ subject, kind, name, email, first_seen_at }: UserRow): UserView => ({
  subject,
  kind,
  ...(name === undefined ? {} : { name }),
  ...(email === undefined ? {} : { email }),
  first_seen_at: isoTime(first_seen_at),
});
