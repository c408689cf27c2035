import type { Actor } from '../record/actor.ts';

/** What may be allowed. Whoever may do anything somewhere may also `read` there: status, evidence, events, plan. */
export const verbs = ['read', 'deploy', 'cancel', 'resolve', 'hold'] as const;
export type Verb = (typeof verbs)[number];

/** Stands for all: verbs, pillars, environments, or whoever asks. */
export const all = '*';

/** Who may do what where. One of `subject`, `client` and `group` says who. */
export interface Grant {
  /** A person, a client or a local token, by the name that events show. */
  readonly subject?: string;
  /** A program. */
  readonly client?: string;
  /** Everybody whose token names that group. */
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
 * Whether one who asks may do this there. Without grants everybody may what the scopes of the token allow; as soon as there is
 * one, nobody may what none allows.
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

/** Whether there can be no place where one who asks may not do this. */
export const mayEverywhere = (grants: readonly Grant[] | undefined, actor: Actor, verb: Verb): boolean =>
  grants === undefined ||
  grants.some(
    (grant) =>
      isFor(grant, actor) && allows(grant, verb) && grant.pillars.includes(all) && grant.environments.includes(all),
  );

/** Whether a grant is for one who asks. */
export const isFor = ({ subject, client, group }: Grant, actor: Actor): boolean =>
  subject === all ||
  (subject !== undefined && subject === actor.subject) ||
  (client !== undefined && client === actor.client) ||
  (group !== undefined && actor.groups.includes(group));

const allows = ({ may: allowed }: Grant, verb: Verb): boolean =>
  verb === 'read' || allowed.includes(verb) || allowed.includes(all);

const covers = (names: readonly string[], name: string): boolean => names.includes(name) || names.includes(all);
