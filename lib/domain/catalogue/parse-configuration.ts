import { listed, type Path, quoted } from '../batch/findings.ts';
import { type Issue, issueCodes } from '../batch/issues.ts';
import { kindOfFile } from '../batch/kind-of-file.ts';
import { makeKeyAdvice } from '../batch/known-keys.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { ruleNames } from '../manifests/rules/check-rules.ts';
import { isSafeForCredentials } from '../safe-address.ts';
import { buildConfiguration, publicHarness } from './build-configuration.ts';
import { type Configuration, defaultPillars, verifiableKinds } from './catalogue.ts';
import { checkClusters } from './check-clusters.ts';
import { checkDefaults } from './check-defaults.ts';
import { checkPillars } from './check-deployed-by.ts';
import { checkGrants, checkRoles } from './check-grants.ts';
import { checkRequests, ownPillar } from './check-requests.ts';
import { checkSecrets } from './check-secrets.ts';
import { configurationSchema, type WrittenServices, wholeConfigurationSchema } from './configuration-schema.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import { type ConfigurationText, readConfigurationText } from './configuration-text.ts';
import { readServices } from './read-services.ts';
import { fallbackNamespace } from './resolve.ts';

export interface ParsedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
  /** The stage on AWS that it is written for, if it says so. */
  readonly stage?: string;
}

const advice = makeKeyAdvice(wholeConfigurationSchema);

/**
 * Reads `flotilla.config.yaml`. Returns the configuration or every problem at once. No message ever contains a
 * variable's value.
 */
export const parseConfiguration = (
  text: string,
  sources: ConfigurationSources,
): ParsedConfiguration | { readonly issues: readonly Issue[] } => {
  const read = readConfigurationText(text, { env: sources.env, secrets: sources.secrets, advice });
  if ('issues' in read) return read;
  const kind = kindOfFile(read.root);
  if (!isMapping(read.root) || (kind !== undefined && kind !== 'a configuration')) {
    const message = `this is ${kind}, not a configuration: a configuration is a mapping with clusters, harness …`;
    read.report([], issueCodes.WrongType, { message });
    return { issues: read.present() };
  }
  const root = withoutEmptyEntries(read.root);
  const result = configurationSchema.safeParse(root);
  if (!result.success) read.complain(result.error.issues, []);
  const baseUrl = baseUrlOf(root.harness);
  const named = isMapping(root.pillars) ? Object.keys(root.pillars) : defaultPillars;
  const pillars = [...new Set([...named, ...ownPillar(root)])];
  const hasHarness = root.harness !== undefined;
  const { services, issues: ofFile } = readServices(root.services, read, {
    sources,
    pillars,
    usualNamespace: usualNamespace(root),
    baseUrl,
    hasHarness,
    environments: isMapping(root.environments) ? Object.keys(root.environments) : undefined,
  });
  if (!hasHarness) checkPillars(root.pillars, read);
  checkClusters(root, read);
  checkInfrastructures(root, read);
  checkEnvironments(root, read);
  checkDefaults(root, read);
  checkGrants(root, pillars, read);
  checkRoles(root, read);
  checkRequests(root, read);
  checkHarness(root.harness, read);
  checkSecrets(read, sources.env, baseUrl);
  const issues = [...read.present(), ...ofFile];
  if (issues.length > 0 || !result.success) return { issues };
  const stage = result.data.aws?.stage;
  return {
    configuration: buildConfiguration(result.data, services),
    warnings: warningsOf(services),
    ...(stage === undefined ? {} : { stage }),
  };
};

/** Entries without settings read as null, for example an environment that only has a name. */
const withoutEmptyEntries = (root: Mapping): Mapping => {
  const filled = ['pillars', 'environments'].flatMap((section): [string, unknown][] => {
    const entries = root[section];
    if (!isMapping(entries)) return [];
    return [[section, Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, entry ?? {}]))]];
  });
  const written = Object.entries(root).filter(([section, value]) => value !== null || required.has(section));
  return Object.fromEntries([...written, ...filled]);
};

/**
 * The namespace of services that name none, by pillar, on a cluster that is named directly: no infrastructure then
 * names one.
 */
const usualNamespace = ({ clusters, harness }: Mapping): ((pillar: string) => string) => {
  const places = [harness, ...(isMapping(clusters) ? Object.values(clusters) : [])];
  const isSimulated = places.every((place) => isMapping(place) && place.simulated === true);
  return (pillar) => fallbackNamespace(isSimulated, pillar);
};

/** These must not be empty: without grants or roles everyone may do more, and nobody may get there by mistake. */
const required = new Set(['clusters', 'harness', 'grants', 'roles']);

const checkInfrastructures = ({ infrastructures, clusters }: Mapping, text: ConfigurationText): void => {
  if (!isMapping(infrastructures) || !isMapping(clusters)) return;
  const known = Object.keys(clusters).sort();
  for (const [name, entry] of Object.entries(infrastructures)) {
    const cluster = isMapping(entry) ? entry.cluster : undefined;
    if (typeof cluster !== 'string' || cluster === '' || Object.hasOwn(clusters, cluster)) continue;
    const near = nearest(cluster, known);
    text.report(['infrastructures', name, 'cluster'], issueCodes.UnknownCluster, {
      message: `there is no such cluster; known: ${listed(known)}`,
      hint: didYouMean(near),
      allowed: known,
    });
  }
};

/** An environment's infrastructures must exist. */
const checkEnvironments = ({ environments, infrastructures, clusters }: Mapping, text: ConfigurationText): void => {
  if (!isMapping(environments)) return;
  const places = [infrastructures, clusters].flatMap((section) => (isMapping(section) ? Object.keys(section) : []));
  const known = [...new Set(places)].sort();
  for (const [name, environment] of Object.entries(environments)) {
    const allowed = isMapping(environment) ? environment.infrastructures : undefined;
    (Array.isArray(allowed) ? allowed : []).forEach((infrastructure: unknown, place) => {
      if (typeof infrastructure !== 'string' || infrastructure === '' || known.includes(infrastructure)) return;
      const near = nearest(infrastructure, known);
      const path = ['environments', name, 'infrastructures', place];
      text.report(path, issueCodes.UnknownInfrastructure, {
        message: `there is no infrastructure ${quoted(String(text.written(path)))}; known: ${listed(known)}`,
        hint: didYouMean(near),
        allowed: known,
      });
    });
    checkRuleNames(name, environment, text);
  }
};

/** An unknown rule would look as if it were in force. */
const checkRuleNames = (name: string, environment: unknown, text: ConfigurationText): void => {
  const policy = isMapping(environment) ? environment.kubernetes : undefined;
  const rules = isMapping(policy) ? policy.rules : undefined;
  for (const rule of Object.keys(isMapping(rules) ? rules : {})) {
    if (ruleNames.includes(rule)) continue;
    const message = `there is no rule ${quoted(rule)}; known: ${listed(ruleNames)}`;
    const hint = didYouMean(nearest(rule, ruleNames));
    text.report(
      ['environments', name, 'kubernetes', 'rules', rule],
      issueCodes.UnknownKey,
      { message, hint, allowed: ruleNames },
      'key',
    );
  }
};

const baseUrlOf = (harness: unknown): string =>
  isMapping(harness) && typeof harness.base_url === 'string' ? harness.base_url : publicHarness;

const accountFields = ['account', 'org', 'project', 'api_key'];

const checkHarness = (harness: unknown, text: ConfigurationText): void => {
  if (!isMapping(harness) || harness.simulated === true) return;
  const { base_url: base } = harness;
  if (typeof base === 'string' && /^http:/.test(base) && !isSafeForCredentials(base)) {
    const message = 'is not TLS, and every request sends the key there';
    text.report(['harness', 'base_url'], issueCodes.NotAllowed, { message, hint: 'write https://' });
  }
  for (const field of accountFields) {
    if (harness[field] !== undefined) continue;
    const path: Path = ['harness', field];
    text.report(path, issueCodes.Missing, { message: 'is missing', hint: 'or set harness.simulated: true' });
  }
};

const warningsOf = (services: WrittenServices | undefined): string[] => {
  if (services === undefined) return ['There is no service mapping: service names will not be checked.'];
  const names = Object.entries(services).flatMap(([pillar, ofPillar]) =>
    Object.entries(ofPillar)
      .filter(([, { kind, k8s_object_type }]) => !verifiableKinds.includes(kind ?? k8s_object_type ?? 'deployment'))
      .map(([name]) => quoted(`${pillar}/${name}`)),
  );
  return names.length === 0
    ? []
    : [`Batches with these services will be refused, because their kind cannot be verified yet: ${listed(names)}.`];
};
