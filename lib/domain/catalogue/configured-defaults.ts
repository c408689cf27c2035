import { type ItemDefaults, mergeDefaults } from '../batch/item-defaults.ts';
import { type Catalogue, entryOf } from './catalogue.ts';

/** Identifies the deployment. Without an environment, it is the one in the pillar's defaults or the global ones. */
export interface DefaultsOf {
  readonly pillar: string;
  readonly environment?: string | undefined;
}

const none: ItemDefaults = {};

/** The configuration's defaults for a deployment: the environment's first, then the pillar's, then the global ones. */
export const configuredDefaults = (catalogue: Catalogue, { pillar, environment }: DefaultsOf): ItemDefaults => {
  const ofAll = catalogue.defaults ?? none;
  const ofPillar = entryOf(catalogue.pillars, pillar)?.defaults ?? none;
  const name = environment ?? ofPillar.environment_id ?? ofAll.environment_id;
  return mergeDefaults([name === undefined ? none : environmentDefaults(catalogue, name), ofPillar, ofAll]);
};

/** A catalogue stored before `infrastructure_id` has the older name for it. */
export const environmentDefaults = ({ environments }: Pick<Catalogue, 'environments'>, name: string): ItemDefaults => {
  const { infrastructure, ...defaults } = entryOf(environments, name)?.defaults ?? {};
  return infrastructure === undefined ? defaults : { infrastructure_id: infrastructure, ...defaults };
};

/** All existing defaults, wherever they are. */
export const everyDefaults = ({
  defaults = none,
  pillars,
  environments = {},
}: Pick<Catalogue, 'defaults' | 'pillars' | 'environments'>): readonly ItemDefaults[] => [
  defaults,
  ...Object.values(pillars).map((entry) => entry.defaults ?? none),
  ...Object.keys(environments).map((name) => environmentDefaults({ environments }, name)),
];
