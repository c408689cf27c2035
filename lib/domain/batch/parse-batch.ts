import type { Catalogue } from '../catalogue/catalogue.ts';
import { namesOfClusters } from '../catalogue/cluster-names.ts';
import { configuredDefaults } from '../catalogue/configured-defaults.ts';
import { executorOfItem } from '../catalogue/executor-accounts.ts';
import { warnOfUnverified } from '../catalogue/unverified.ts';
import { actingOf } from '../plan/action.ts';
import type { NamesOfClusters } from '../plan/lock-names.ts';
import type { Strategy } from '../plan/plan.ts';
import { turnDeletes } from '../plan/turn-deletes.ts';
import type { Batch, BatchMetadata, Deployment } from './batch.ts';
import { checkDeletes } from './check-deletes.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkEnvironments, warnOfEnvironments } from './check-environments.ts';
import { checkHealth } from './check-health.ts';
import { type CheckedManifests, checkManifests, type ManifestText } from './check-manifests.ts';
import { checkObjects } from './check-objects.ts';
import { checkReferences, meantServices } from './check-references.ts';
import { draftCopies } from './draft-copies.ts';
import { type Defaults, type Draft, isFirstOfItem, itemFields } from './drafts.ts';
import type { FieldContext } from './field-findings.ts';
import { type Finding, type Path, presentFindings } from './findings.ts';
import { type Issue, issueCodes } from './issues.ts';
import { makeKeyAdvice } from './known-keys.ts';
import { asOneList, type OneList } from './one-list.ts';
import { readFrame } from './read-frame.ts';
import { readYaml, type YamlText } from './read-yaml.ts';
import { type BatchFrame, maxDeployments, usualRollbackStrategy, writtenBatchSchema } from './schema.ts';
import { warnOfAtOnce } from './warn-at-once.ts';

export type ParsedBatch = {
  readonly batch: Batch;
  readonly warnings: readonly string[];
  /** By SHA-256: what deployments apply, to be stored before the batch. */
  readonly manifests: ReadonlyMap<string, ManifestText>;
  /** Keys of deployments without any rollback_strategy in the batch or the configuration. */
  readonly unasked: ReadonlySet<string>;
};
/**
 * `yaml`: the text cannot be read. `schema`: it can, but breaks a rule. `grants`: it is valid, but the caller is not
 * allowed to do it.
 */
export type RefusedBatch = { readonly kind: 'yaml' | 'schema' | 'grants'; readonly issues: readonly Issue[] };

/** Why the caller may not make this deployment; undefined if they may. */
export type Refuse = (deployment: Deployment) => string | undefined;

export interface ParseOptions {
  /** A text that Flotilla wrote: several items may name one service, on different infrastructures. */
  readonly isRepeated?: boolean | undefined;
  /** Certain names of the clusters. Default: from the catalogue alone. */
  readonly sureNamesOf?: NamesOfClusters | undefined;
  readonly refuse?: Refuse | undefined;
}

const advice = makeKeyAdvice(writtenBatchSchema);

/** Reads a batch from YAML or JSON. Returns the normalised batch or every problem at once. */
export const parseBatch = (
  text: string,
  catalogue: Catalogue,
  { sureNamesOf = namesOfClusters(catalogue, []), refuse = () => undefined, isRepeated }: ParseOptions = {},
): ParsedBatch | RefusedBatch => {
  const read = readYaml(text);
  if ('issues' in read) return { kind: 'yaml', issues: read.issues };
  const yaml = asOneList(read);
  const context: FieldContext = {
    offsetOf: yaml.offsetOf,
    sourceOf: yaml.sourceOf,
    valueAt: yaml.valueAt,
    mayBeMapping: yaml.isShortVersion,
    advice: (parent, key) => advice(yaml.writtenPath(parent), key),
    // An address may contain a password, for which it is refused.
    isSecret: ([section, field, name]) => section === 'metadata' && field === 'links' && name !== undefined,
  };
  const frame = readFrame(yaml, context);
  const defaults: Defaults = { ...frame.defaults, configured: configuredIn(catalogue) };
  const drafted = frame.entries.map((entry, place) => draftCopies(entry, ['deployments', place], defaults, context));
  const all = drafted.flatMap((item) => item.drafts);
  const count = all.length + yaml.entries.length - frame.entries.length;
  const drafts = count > maxDeployments ? all.filter(isFirstOfItem) : all;
  const dependencies = checkDependencies(drafts, { explained: meantServices(drafts, catalogue), isRepeated }, yaml);
  const manifests = checkManifests(drafts, { catalogue, context, text, lineOf: yaml.lineOf });
  const isConsequence = consequencesIn(frame.entries, yaml);
  const said = [
    ...frame.findings,
    ...drafted.flatMap((item) => item.findings),
    ...(count > maxDeployments && !frame.isTooLong ? [tooMany(count, yaml)] : []),
    ...checkReferences(drafts, frame.defaults.values, catalogue, yaml.offsetOf),
    ...checkEnvironments(drafts, { catalogue, defaults: defaults.values, offsetOf: yaml.offsetOf }),
    ...checkHealth(drafts, catalogue, yaml.offsetOf),
    ...checkObjects(drafts, catalogue, {
      ...{ ...yaml, namesOf: sureNamesOf },
      workloadOf: (place) => manifests.fields[place]?.workload,
    }),
    ...manifests.findings,
    ...dependencies.findings,
    ...checkDeletes(drafts, dependencies.keys, yaml.offsetOf),
  ];
  const findings = [...yaml.findings, ...said.filter((finding) => !isConsequence(finding))];
  if (findings.length > 0 || frame.value === undefined) {
    return { kind: 'schema', issues: presentFindings(findings.map(asWritten(yaml)), yaml.lineOf) };
  }
  const inFileOrder = drafts.map((draft, place) =>
    deploymentOf(draft, place, dependencies.keys[place]!, { catalogue, yaml, manifests }),
  );
  const deployments = turnDeletes(inFileOrder);
  const refused = deployments.flatMap((deployment, place) => refusal(refuse(deployment), drafts[place]!, yaml));
  if (refused.length > 0) return { kind: 'grants', issues: presentFindings(refused.map(asWritten(yaml)), yaml.lineOf) };
  const lineOf = (place: number, field: string) => yaml.lineOf(yaml.offsetOf([...drafts[place]!.path, field])).line;
  return {
    batch: batchOf(frame.value, deployments),
    warnings: [...warningsFor(deployments, catalogue, lineOf), ...manifests.warnings],
    manifests: manifests.texts,
    unasked: new Set(drafts.flatMap(({ key, item }) => (item?.metadata.rollback_strategy === undefined ? key! : []))),
  };
};

const configuredIn =
  (catalogue: Catalogue): Defaults['configured'] =>
  (pillar, environment) => {
    if (typeof pillar !== 'string') return {};
    const { executor: _, ...given } = configuredDefaults(catalogue, {
      pillar,
      environment: typeof environment === 'string' ? environment : undefined,
    });
    return given;
  };

const asWritten =
  ({ writtenPath }: OneList) =>
  (finding: Finding): Finding => ({ ...finding, path: writtenPath(finding.path) });

const tooMany = (count: number, { offsetOf }: OneList): Finding => {
  const message = `the batch has ${count} deployments, counted on each infrastructure; at most ${maxDeployments} are allowed`;
  return {
    offset: offsetOf(['deployments'], 'key'),
    path: ['deployments'],
    code: issueCodes.OutOfRange,
    describe: () => ({ message }),
  };
};

/**
 * What could not be read is reported once. The same goes for its consequences: for every item if the defaults could not
 * be read, and for dependents of an item whose name could not.
 */
const consequencesIn = (
  entries: readonly unknown[],
  { isUnread, findings, problems }: OneList,
): ((finding: Finding) => boolean) => {
  if (findings.length === 0) return () => false;
  const names = ['pillar', 'service_name'];
  const isNameless =
    problems.some(({ path }) => isUnread(path)) ||
    entries.some((_, place) => names.some((field) => isUnread(['deployments', place, field])));
  return ({ code, path }) => {
    const field = path.at(-1);
    if (isUnread(path)) return true;
    if (code === issueCodes.UnknownDependency) return isNameless;
    return code === issueCodes.Missing && isOfItem(path) && givenByDefaults(field) && isUnread(['defaults', field]);
  };
};

const isOfItem = (path: Path): boolean => path[0] === 'deployments' && path.length === 3;

const givenByDefaults = (field: Path[number] | undefined): field is string =>
  typeof field === 'string' && itemFields.includes(field);

const refusal = (message: string | undefined, { path }: Draft, { offsetOf }: YamlText): Finding[] =>
  message === undefined
    ? []
    : [{ offset: offsetOf(path), path, code: issueCodes.NotGranted, describe: () => ({ message }) }];

const warningsFor = (
  deployments: readonly Deployment[],
  catalogue: Catalogue,
  lineOf: (place: number, field: string) => number,
): string[] => [
  // Only for users with a configuration file that could contain a mapping.
  ...(catalogue.services === undefined && !catalogue.without_file
    ? ['There is no service mapping: service names were not checked.']
    : []),
  ...warnOfEnvironments(deployments, catalogue),
  ...warnOfUnverified(deployments, catalogue),
  ...warnOfAtOnce(deployments, catalogue, (place) => lineOf(place, 'at_once')),
];

const batchOf = ({ version, metadata, strategy }: BatchFrame, deployments: readonly Deployment[]): Batch => ({
  version,
  metadata: present(metadata ?? {}) as BatchMetadata,
  strategy: strategyOf(strategy),
  deployments,
});

const strategyOf = (written: BatchFrame['strategy']): Strategy => {
  const mode = written?.mode ?? 'parallel';
  return {
    mode,
    max_concurrency: mode === 'sequential' ? 1 : (written?.max_concurrency ?? 5),
    on_failure: written?.on_failure ?? 'continue',
  };
};

const present = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

interface Surroundings {
  readonly catalogue: Catalogue;
  readonly yaml: YamlText;
  readonly manifests: CheckedManifests;
}

const deploymentOf = (
  draft: Draft,
  place: number,
  dependencies: readonly string[],
  { catalogue, yaml, manifests }: Surroundings,
): Deployment => {
  const item = draft.item!;
  const { metadata, executor, action, replicas, at_once, manifests: _, ...fields } = item;
  const { health_check: check, ...settings } = metadata;
  return {
    position: place + 1,
    line: yaml.lineOf(yaml.offsetOf(draft.path)).line,
    key: draft.key!,
    ...fields,
    ...manifests.fields[place],
    ...(action === 'deploy' ? {} : actingOf({ action, replicas })),
    ...(at_once === true ? { at_once } : {}),
    executor: executor ?? executorOfItem(catalogue, item),
    ...settings,
    rollback_strategy: settings.rollback_strategy ?? usualRollbackStrategy,
    dependencies,
    health_check: present(check) as Deployment['health_check'],
  };
};
