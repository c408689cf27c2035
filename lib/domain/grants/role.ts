import { type Actor, hasScope, type Scope, scopes } from '../record/actor.ts';

/** A person's role, from the fewest rights to the most. */
export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who has a role. One of `subject` and `group` says who. */
export interface RoleRow {
  readonly subject?: string;
  readonly group?: string;
  readonly role: Role;
}

export const scopesOfRole: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: ['read'],
  deployer: ['read', 'logs', 'deploy'],
  approver: ['read', 'logs', 'deploy', 'approve'],
  admin: ['admin'],
};

/** A group with this prefix gives the role named after it. */
const groupPrefix = 'flotilla/';

/**
 * Issuers give scopes to the login client, and so to everyone who logs in through it. With a table of roles, people are
 * limited to their roles; without one, they may only look. Anyone with a role is a person. Programs keep their client's
 * scopes, and so do holders of a single-machine token, which was given to them in person.
 */
export const withRoles = (table: readonly RoleRow[] | undefined, actor: Actor): Actor => {
  if (table === undefined || actor.lent !== true) return actor;
  const held = rolesIn(table, actor);
  const own: readonly Role[] = held.length === 0 ? ['viewer'] : held;
  const allowed = { scopes: own.flatMap((role) => scopesOfRole[role]) };
  return {
    ...actor,
    kind: held.length === 0 ? actor.kind : 'person',
    roles: own,
    scopes: scopes.filter((scope) => hasScope(actor, scope) && hasScope(allowed, scope)),
  };
};

const rolesIn = (table: readonly RoleRow[], { subject, groups }: Actor): readonly Role[] => {
  const given = new Set(
    table
      .filter((row) => row.subject === subject || (row.group !== undefined && groups.includes(row.group)))
      .map(({ role }) => role),
  );
  return roles.filter((role) => given.has(role) || groups.includes(`${groupPrefix}${role}`));
};
