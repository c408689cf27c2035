import { type Actor, localActor } from '../record/actor.ts';
import { type Grant, isFor, may, mayEverywhere, type Place, type Verb } from './grant.ts';
import { placesOf, type Reach } from './reach.ts';

/** What one who asks may do, by the grants of the moment. */
export interface Rights {
  readonly actor: Actor;
  /** Whether any grant is theirs, or none is needed. */
  readonly any: boolean;
  everywhere(verb: Verb): boolean;
  may(verb: Verb, place: Place): boolean;
  /** The places of something that they may not do that with. */
  refused(verb: Verb, reach: Reach): readonly Place[];
  /** Whether they may see a part of something. */
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

/** Where there are no grants, and for the command line that asks no server. */
export const allRights: Rights = rightsOf(undefined, localActor);
