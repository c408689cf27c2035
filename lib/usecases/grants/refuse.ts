import type { Refuse } from '../../domain/batch/parse-batch.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { Verb } from '../../domain/grants/grant.ts';
import type { Rights } from '../../domain/grants/rights.ts';

const words: Readonly<Record<Verb, string>> = {
  read: 'see',
  deploy: 'deploy',
  cancel: 'cancel',
  resolve: 'resolve',
  hold: 'hold',
};

/** Who has no grant at all learns nothing of a configuration, whose names stand in what is said of a batch that is not valid. */
export const checkAnyGrant = ({ any }: Rights): void => {
  if (any) return;
  throw new FlotillaError('Forbidden', 'There is no grant for you, so there is no batch that you may plan or send.');
};

/** Says of each deployment of a batch whether one who asks may do this with it. */
export const refuseBy = (rights: Rights, verb: Verb): Refuse | undefined =>
  rights.everywhere(verb)
    ? undefined
    : ({ pillar, environment_id: environment }) =>
        rights.may(verb, { pillar, environment })
          ? undefined
          : `no grant lets you ${words[verb]} ${pillar} in ${environment}`;
