import { type ItemDefaults, mergeDefaults } from '../batch/item-defaults.ts';
import { type Catalogue, entryOf } from './catalogue.ts';

/** Of which deployment. Without an environment it is the one that the pillar's defaults name, or those for all. */
export interface DefaultsOf {
  readonly pillar: string;
  readonly environment?: string | undefined;
}

const none: ItemDefaults = {};

/** What the configuration gives a deployment: the environment's defaults come first, then the pillar's, then those for all. */
export const configuredDefaults = (catalogue: Catalogue, { pillar, environment }: DefaultsOf): ItemDefaults => {
  const ofAll = catalogue.defaults ?? none;
  const ofPillar = entryOf(catalogue.pillars, pillar)?.defaults ?? none;
  const name = environment ?? ofPillar.environment_id ?? ofAll.environment_id;
  return mergeDefaults([name === undefined ? none : environmentDefaults(catalogue, name), ofPillar, ofAll]);
};

/** A catalogue that was stored before `infrastructure_id` has the older name for it. */
export const environmentDefaults = ({ environments }: Pick<Catalogue, 'environments'>, name: string): ItemDefaults => {
  const { infrastructure, ...defaults } = entryOf(environments, name)?.defaults ?? {};
  return infrastructure === undefined ? defaults : { infrastructure_id: infrastructure, ...defaults };
};

/** All the defaults that there are, wherever they stand. */
export const everyDefaults = ({
  defaults = none,
  pillars,
  environments = {},
}: Pick<Catalogue, 'defaults' | 'pillars' | 'environments'>): readonly ItemDefaults[] => [
  defaults,
  ...Object.values(pillars).map((entry) => entry.defaults ?? none),
  ...Object.keys(environments).map((name) => environmentDefaults({ environments }, name)),
];
