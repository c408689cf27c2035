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

/** Refuses a caller without any grant: the problems of an invalid batch name parts of the configuration. */
export const checkAnyGrant = ({ any }: Rights): void => {
  if (any) return;
  throw new FlotillaError('Forbidden', 'You have no grant, so you cannot plan or submit a batch.');
};

/** Returns a function that says why the caller may not do this with a deployment. */
export const refuseBy = (rights: Rights, verb: Verb): Refuse | undefined =>
  rights.everywhere(verb)
    ? undefined
    : ({ pillar, environment_id: environment }) =>
        rights.may(verb, { pillar, environment })
          ? undefined
          : `no grant lets you ${words[verb]} ${pillar} in ${environment}`;
