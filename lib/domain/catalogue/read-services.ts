import { listed, type Path, quoted, type Wording } from '../batch/findings.ts';
import { type Issue, issueCodes } from '../batch/issues.ts';
import { makeKeyAdvice } from '../batch/known-keys.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { kindNameOf } from '../plan/plan.ts';
import { executorNames } from './catalogue.ts';
import { checkCustomResource } from './check-custom-resource.ts';
import { checkDeployedBy } from './check-deployed-by.ts';
import { readServiceManifests, withManifestTexts } from './check-manifests.ts';
import { checkSecrets } from './check-secrets.ts';
import { checkStrategy } from './check-strategy.ts';
import {
  customResourceOf,
  objectNameOf,
  servicesSchema,
  type WrittenService,
  type WrittenServices,
} from './configuration-schema.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import { type ConfigurationText, readConfigurationText } from './configuration-text.ts';

const advice = makeKeyAdvice(servicesSchema);

export interface ReadServices {
  /** Absent if there is no mapping, or it is invalid. */
  readonly services?: WrittenServices;
  /** Problems of a services file. Problems of an inline mapping belong to the configuration. */
  readonly issues: readonly Issue[];
}

interface Surroundings {
  readonly pillars: readonly string[];
  /** For services that name none, unless the infrastructure does. */
  readonly usualNamespace: (pillar: string) => string;
  /** Where the secrets are sent. */
  readonly baseUrl: string;
  /** There is a section `harness`. */
  readonly hasHarness: boolean;
  /** Absent if any name is accepted. */
  readonly environments?: readonly string[] | undefined;
  readonly sources: ConfigurationSources;
}

const cannotBeRead = 'this file cannot be read';

/** Reads the section `services`: the path of a mapping file, or the mapping itself. */
export const readServices = (
  section: unknown,
  configuration: ConfigurationText,
  surroundings: Surroundings,
): ReadServices => {
  const { sources } = surroundings;
  if (section === undefined) return { issues: [] };
  if (isMapping(section)) return withServices(checkServices(section, ['services'], configuration, surroundings), []);
  if (typeof section !== 'string' || section === '') {
    const message = 'is neither the path of a mapping file nor a mapping';
    configuration.report(['services'], issueCodes.WrongType, { message });
    return { issues: [] };
  }
  const text = sources.readFile(section);
  if (typeof text !== 'string') {
    const hint = 'a relative path counts from the folder of the configuration';
    const told = text === undefined ? { message: cannotBeRead, hint } : { message: `${cannotBeRead}: ${text.why}` };
    configuration.report(['services'], issueCodes.FileUnreadable, told);
    return { issues: [] };
  }
  const file = readConfigurationText(text, {
    env: sources.env,
    secrets: sources.secrets,
    advice,
    publicVariables: configuration.publicVariables,
    file: String(configuration.written(['services'])),
  });
  if ('issues' in file) return { issues: file.issues };
  checkSecrets(file, sources.env, surroundings.baseUrl);
  return withServices(checkServices(file.root, [], file, surroundings), file.present());
};

const withServices = (services: WrittenServices | undefined, issues: readonly Issue[]): ReadServices =>
  services === undefined ? { issues } : { services, issues };

const checkServices = (
  root: unknown,
  prefix: Path,
  text: ConfigurationText,
  { pillars, usualNamespace, hasHarness, environments, sources }: Surroundings,
): WrittenServices | undefined => {
  const result = servicesSchema.safeParse(withoutEmptyEntries(root));
  if (!result.success) text.complain(result.error.issues, prefix);
  const texts = new Map<string, string>();
  // Includes entries that the schema rejected: one service's wrong image does not hide another's unknown pillar.
  for (const [pillar, services] of Object.entries(isMapping(root) ? root : {})) {
    if (!pillars.includes(pillar)) reportPillar(text, [...prefix, pillar], pillar, pillars);
    for (const [service, entry] of Object.entries(isMapping(services) ? services : {})) {
      if (!isMapping(entry)) continue;
      const path = [...prefix, pillar, service];
      checkService(entry, path, text);
      if (!hasHarness) checkDeployedBy(entry, path, text);
      checkStrategy(entry, path, { text, environments });
      const manifests = readServiceManifests(entry, path, { text, sources });
      if (manifests !== undefined) texts.set(`${pillar}/${service}`, manifests);
    }
  }
  if (!result.success) return undefined;
  reportSameObjects(result.data, usualNamespace, { text, prefix });
  return withManifestTexts(result.data, texts);
};

/**
 * Two services on one object would overwrite each other, and both would seem successful. An infrastructure's namespace
 * does not matter here: it applies to both.
 */
const reportSameObjects = (
  services: WrittenServices,
  usualNamespace: Surroundings['usualNamespace'],
  { text, prefix }: { readonly text: ConfigurationText; readonly prefix: Path },
): void => {
  const owners = new Map<string, Path>();
  for (const [pillar, ofPillar] of Object.entries(services)) {
    for (const [service, entry] of Object.entries(ofPillar)) {
      const namespace = entry.namespace ?? usualNamespace(pillar);
      const { kind, name } = objectNameOf(entry, service);
      const object = `${kindNameOf({ kind, ...customResourceOf(entry) })} ${namespace}/${name}`;
      const path = [...prefix, pillar, service];
      const other = owners.get(object);
      if (other === undefined) owners.set(object, path);
      else text.report(path, issueCodes.Duplicate, sameObject(other, text), 'key');
    }
  }
};

const sameObject = (other: Path, text: ConfigurationText): Wording => ({
  message: `leads to the same object as ${other.slice(-2).join('/')} on line ${text.lineOf(other)}: they have the same kind, namespace and name`,
  hint: 'one would overwrite the other; give each its own object',
});

/** A service without settings reads as null. */
const withoutEmptyEntries = (root: unknown): unknown => {
  if (!isMapping(root)) return root;
  const entries = Object.entries(root).map(([pillar, services]): [string, unknown] => [
    pillar,
    isMapping(services)
      ? Object.fromEntries(Object.entries(services).map(([name, entry]) => [name, entry ?? {}]))
      : services,
  ]);
  return Object.fromEntries(entries);
};

const reportPillar = (text: ConfigurationText, path: Path, pillar: string, known: readonly string[]): void => {
  const near = nearest(pillar, known);
  const message = `there is no pillar ${quoted(pillar)}; known: ${listed(known)}`;
  const hint = didYouMean(near);
  text.report(path, issueCodes.UnknownPillar, { message, hint, allowed: known }, 'key');
};

const twoWords: readonly (readonly [keyof WrittenService, keyof WrittenService])[] = [
  ['kind', 'k8s_object_type'],
  ['name', 'k8s_object_name'],
];

const checkService = (entry: Mapping, path: Path, text: ConfigurationText): void => {
  for (const [ours, original] of twoWords) {
    if (entry[ours] === undefined || entry[original] === undefined) continue;
    const message = `says the same as ${ours}; write one of the two`;
    text.report([...path, original], issueCodes.Duplicate, { message }, 'key');
  }
  if (entry.pipeline !== undefined && isMapping(entry.harness) && entry.harness.pipeline !== undefined) {
    text.report(
      [...path, 'pipeline'],
      issueCodes.Duplicate,
      { message: 'says the same as harness.pipeline; write one of the two' },
      'key',
    );
  }
  checkCustomResource(entry, path, text);
  const { executor } = entry;
  if (typeof executor !== 'string' || executor === '' || executorNames.some((name) => name === executor)) return;
  const here = [...path, 'executor'];
  const message = `there is no executor ${quoted(String(text.written(here)))}; known: ${listed(executorNames)}`;
  text.report(here, issueCodes.UnknownExecutor, { message, allowed: executorNames });
};
