import { type Allowances, allowancesOf } from '../../domain/grants/allowance.ts';
import type { Actor } from '../../domain/record/actor.ts';
import type { AskedBy, Deps } from '../deps.ts';

export interface MeView extends Pick<Actor, 'subject' | 'kind' | 'name' | 'email' | 'client' | 'groups' | 'scopes'> {
  /** Present if the configuration has roles and the caller came through an issuer. */
  readonly roles?: readonly string[];
  readonly may: Allowances;
}

/** Who the caller is, and what they may do. */
export const readMe = async ({ rights, catalogue }: Pick<Deps, 'catalogue'> & AskedBy): Promise<MeView> => {
  const { pillars, environments, grants } = await catalogue();
  const { subject, kind, name, email, client, groups, scopes, roles } = rights.actor;
  return {
    subject,
    kind,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
    ...(client === undefined ? {} : { client }),
    groups,
    scopes,
    ...(roles === undefined ? {} : { roles }),
    may: allowancesOf(rights, {
      pillars: Object.keys(pillars),
      environments: environments === undefined ? undefined : Object.keys(environments),
      grants,
    }),
  };
};
