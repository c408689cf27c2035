import { type Actor, localActor } from '../record/actor.ts';
import { type Grant, isFor, may, mayEverywhere, type Place, type Verb } from './grant.ts';
import { placesOf, type Reach } from './reach.ts';

/** What the caller may do, by the current grants. */
export interface Rights {
  readonly actor: Actor;
  /** Whether they have any grant, or need none. */
  readonly any: boolean;
  everywhere(verb: Verb): boolean;
  may(verb: Verb, place: Place): boolean;
  /** The places where they may not do this. */
  refused(verb: Verb, reach: Reach): readonly Place[];
  /** Whether they may see any part of it. */
  seesSome(reach: Reach): boolean;
}

export const rightsOf = (grants: readonly Grant[] | undefined, actor: Actor): Rights => {
  const mayDo: Rights['may'] = (verb, place) => may(grants, actor, verb, place);
  const everywhere: Rights['everywhere'] = (verb) => mayEverywhere(grants, actor, verb);
  return {
    actor,
    any: grants === undefined || grants.some((grant) => isFor(grant, actor)),
    everywhere,
    may: mayDo,
    refused: (verb, reach) => (everywhere(verb) ? [] : placesOf(reach).filter((place) => !mayDo(verb, place))),
    seesSome: (reach) => everywhere('read') || placesOf(reach).some((place) => mayDo('read', place)),
  };
};

/** Used when there are no grants, and for commands that ask no server. */
export const allRights: Rights = rightsOf(undefined, localActor);
