import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import type { UserRow } from '../../domain/record/index-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import type { RequestUser } from './request-deps.ts';

/**
 * A caller's own user was noted when they logged in. Another owner must be known already: only a create makes a user.
 */
export const checkKnownUser = async ({ table }: Pick<Deps, 'table'>, { owner, sentBy }: RequestUser): Promise<void> => {
  if (sentBy === undefined || (await table.get(keys.user(owner))) !== undefined) return;
  throw new FlotillaError('Forbidden', `The user ${owner} is not known: they have requested nothing yet.`);
};

/** Notes the owner of a request at first sight. */
export const userWrites = async (
  { table, clock }: Pick<Deps, 'table' | 'clock'>,
  { owner, sentBy }: RequestUser,
): Promise<readonly Write[]> => {
  if (sentBy === undefined || (await table.get(keys.user(owner))) !== undefined) return [];
  const row: UserRow = { subject: owner, kind: 'person', first_seen_at: clock.now() };
  return [{ put: itemOf(keys.user(owner), row), when: { exists: false } }];
};
