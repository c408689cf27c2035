import type { Actor } from '../record/actor.ts';

/** What can be allowed. Anyone who may do anything somewhere may also `read` there: status, evidence, events, plan. */
export const verbs = ['read', 'deploy', 'cancel', 'resolve', 'hold'] as const;
export type Verb = (typeof verbs)[number];

/** Stands for all verbs, pillars, environments or callers. */
export const all = '*';

/** Who may do what where. One of `subject`, `client` and `group` says who. */
export interface Grant {
  /** A person, a client or a local token, by the name in events. */
  readonly subject?: string;
  /** A program. */
  readonly client?: string;
  /** Everyone whose token names that group. */
  readonly group?: string;
  readonly may: readonly (Verb | typeof all)[];
  readonly pillars: readonly string[];
  readonly environments: readonly string[];
}

/** Where a deployment belongs. */
export interface Place {
  readonly pillar: string;
  readonly environment: string;
}

/**
 * Whether the caller may do this there. Without grants, the token's scopes alone decide. As soon as there is one grant,
 * only what grants allow is allowed.
 */
export const may = (grants: readonly Grant[] | undefined, actor: Actor, verb: Verb, place: Place): boolean =>
  grants === undefined ||
  grants.some(
    (grant) =>
      isFor(grant, actor) &&
      allows(grant, verb) &&
      covers(grant.pillars, place.pillar) &&
      covers(grant.environments, place.environment),
  );

/** Whether the caller may do this in every possible place. */
export const mayEverywhere = (grants: readonly Grant[] | undefined, actor: Actor, verb: Verb): boolean =>
  grants === undefined ||
  grants.some(
    (grant) =>
      isFor(grant, actor) && allows(grant, verb) && grant.pillars.includes(all) && grant.environments.includes(all),
  );

/** Whether a grant applies to the caller. */
export const isFor = ({ subject, client, group }: Grant, actor: Actor): boolean =>
  subject === all ||
  (subject !== undefined && subject === actor.subject) ||
  (client !== undefined && client === actor.client) ||
  (group !== undefined && actor.groups.includes(group));

const allows = ({ may: allowed }: Grant, verb: Verb): boolean =>
  verb === 'read' || allowed.includes(verb) || allowed.includes(all);

const covers = (names: readonly string[], name: string): boolean => names.includes(name) || names.includes(all);
