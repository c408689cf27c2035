import { hasScope, type Scope } from '../record/actor.ts';
import { all, type Grant, type Verb, verbs } from './grant.ts';
import type { Reach } from './reach.ts';
import type { Rights } from './rights.ts';

/** Where somebody may do something: everywhere, or in these places. */
export interface Allowance {
  readonly everywhere: boolean;
  /** The environments by pillar; `*` stands for all. Empty if it is everywhere. */
  readonly places: Reach;
}

/** Only verbs that are allowed somewhere. */
export type Allowances = Readonly<Partial<Record<Verb, Allowance>>>;

export interface Places {
  readonly pillars: readonly string[];
  /** Undefined if any name is accepted. */
  readonly environments: readonly string[] | undefined;
  readonly grants: readonly Grant[] | undefined;
}

const scopeFor: Readonly<Record<Verb, Scope>> = {
  read: 'read',
  deploy: 'deploy',
  cancel: 'deploy',
  hold: 'deploy',
  resolve: 'approve',
};

/** What the caller may do where, by scopes and grants together. For people to read; it decides nothing. */
export const allowancesOf = (rights: Rights, places: Places): Allowances =>
  Object.fromEntries(
    verbs
      .filter((verb) => isInScope(rights, verb, places))
      .flatMap((verb) => {
        const allowance = allowanceOf(rights, verb, places);
        return allowance.everywhere || Object.keys(allowance.places).length > 0 ? [[verb, allowance]] : [];
      }),
  );

const isInScope = ({ actor }: Rights, verb: Verb, { grants }: Places): boolean => {
  // Without grants, callers who may deploy may hold only their own batches.
  const scope = verb === 'hold' && grants === undefined ? 'admin' : scopeFor[verb];
  return hasScope(actor, scope) && (verb !== 'resolve' || actor.kind === 'person');
};

const allowanceOf = (rights: Rights, verb: Verb, { pillars, environments, grants = [] }: Places): Allowance => {
  if (rights.everywhere(verb)) return { everywhere: true, places: {} };
  const known = environments ?? grants.flatMap((grant) => grant.environments).filter((name) => name !== all);
  const found = [...pillars].sort().map((pillar): readonly [string, readonly string[]] => {
    const isAny = rights.may(verb, { pillar, environment: all });
    const some = [...new Set(known)].sort().filter((environment) => rights.may(verb, { pillar, environment }));
    return [pillar, isAny ? [all] : some];
  });
  return { everywhere: false, places: Object.fromEntries(found.filter(([, there]) => there.length > 0)) };
};
