import { listed, type Path, quoted } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { executorNames } from './catalogue.ts';
import type { ConfigurationText } from './configuration-text.ts';

interface Names {
  readonly infrastructures: readonly string[];
  /** Absent if any name is accepted. */
  readonly environments: readonly string[] | undefined;
  readonly hasHarness: boolean;
}

/** Everything that defaults name must exist. Checks the global defaults, and each pillar's and environment's. */
export const checkDefaults = (root: Mapping, text: ConfigurationText): void => {
  const names = namesIn(root);
  for (const { path, fields } of everyPlace(root)) {
    const reported = { text, path, fields };
    checkName(reported, 'environment_id', names.environments);
    checkName(reported, 'infrastructure_id', names.infrastructures);
    checkName(reported, 'infrastructure', names.infrastructures);
    checkName(reported, 'executor', executorNames);
    checkHarness(reported, names);
  }
  checkOfEnvironments(root.environments, names, text);
};

const namesIn = ({ infrastructures, clusters, environments, harness }: Mapping): Names => {
  const places = [infrastructures, clusters].flatMap((section) => (isMapping(section) ? Object.keys(section) : []));
  return {
    infrastructures: [...new Set(places)].sort(),
    environments: isMapping(environments) ? Object.keys(environments).sort() : undefined,
    hasHarness: harness !== undefined,
  };
};

interface Written {
  readonly text: ConfigurationText;
  readonly path: Path;
  readonly fields: Mapping;
}

const everyPlace = (root: Mapping): readonly Omit<Written, 'text'>[] => {
  const named = ['pillars', 'environments'].flatMap((section) => entriesOf(root[section], [section]));
  const places = [{ path: [] as Path, entry: root }, ...named];
  return places.flatMap(({ path, entry }) =>
    isMapping(entry.defaults) ? [{ path: [...path, 'defaults'], fields: entry.defaults }] : [],
  );
};

const entriesOf = (section: unknown, path: Path): readonly { readonly path: Path; readonly entry: Mapping }[] =>
  Object.entries(isMapping(section) ? section : {}).flatMap(([name, entry]) =>
    isMapping(entry) ? [{ path: [...path, name], entry }] : [],
  );

const codes = {
  environment_id: issueCodes.UnknownEnvironment,
  infrastructure_id: issueCodes.UnknownInfrastructure,
  infrastructure: issueCodes.UnknownInfrastructure,
  executor: issueCodes.UnknownExecutor,
} as const;

const checkName = (
  { text, path, fields }: Written,
  field: keyof typeof codes,
  known: readonly string[] | undefined,
): void => {
  const name = fields[field];
  if (typeof name !== 'string' || name === '' || known === undefined || known.includes(name)) return;
  const here = [...path, field];
  const what = field === 'executor' ? field : field.replace('_id', '');
  text.report(here, codes[field], {
    message: `there is no ${what} ${quoted(String(text.written(here)))}; known: ${listed(known)}`,
    hint: didYouMean(nearest(name, known)),
    allowed: known,
  });
};

const checkHarness = ({ text, path, fields }: Written, { hasHarness }: Names): void => {
  if (fields.executor !== 'harness' || hasHarness) return;
  const message = 'names Harness, but the configuration has no section harness';
  text.report([...path, 'executor'], issueCodes.NotAllowed, { message, hint: 'write kubernetes, or add harness' });
};

/** An environment's default infrastructure must be allowed there, and written under one name only. */
const checkOfEnvironments = (environments: unknown, { infrastructures }: Names, text: ConfigurationText): void => {
  for (const { path, entry } of entriesOf(environments, ['environments'])) {
    const { defaults, infrastructures: allowed } = entry;
    if (!isMapping(defaults)) continue;
    const field = defaults.infrastructure === undefined ? 'infrastructure_id' : 'infrastructure';
    const here = [...path, 'defaults', field];
    if (defaults.infrastructure !== undefined && defaults.infrastructure_id !== undefined) {
      const message = 'is the older name of infrastructure_id; use only one of the two';
      text.report(here, issueCodes.NotAllowed, { message, hint: 'remove infrastructure' });
    }
    const name = defaults[field];
    const isKnown = typeof name === 'string' && infrastructures.includes(name);
    if (!isKnown || !Array.isArray(allowed) || allowed.includes(name)) continue;
    const message = 'is not one of the infrastructures of this environment';
    text.report(here, issueCodes.NotAllowed, { message, hint: 'add it there, or use one of them' });
  }
};
