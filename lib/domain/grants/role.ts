import { type Actor, hasScope, type Scope, scopes } from '../record/actor.ts';

/** What a person is, from the one who may least to the one who may most. */
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

/** Before the name of a role, in the name of a group that gives it by itself. */
const groupPrefix = 'flotilla/';

/**
 * Issuers give scopes to the client that somebody logs in by, and so to all who do. Where there is a table of roles, a person may no
 * more than his roles say: who has none only looks. Whoever has a role is a person. Programs keep what their client was given, and so
 * does a holder of a token of one machine, who was given it in person.
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
