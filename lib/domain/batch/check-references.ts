import { type Catalogue, entryOf, executorNames, verifiableKinds } from '../catalogue/catalogue.ts';
import { executorOfItem, mayUseKubernetes } from '../catalogue/executor-accounts.ts';
import { infrastructureNames, resolveHarness, resolveInfrastructure, serviceEntry } from '../catalogue/resolve.ts';
import { actingExecutors } from '../plan/action.ts';
import { isActing } from './check-action.ts';
import { unreadableChecks } from './check-sources.ts';
import { infrastructurePath } from './draft-copies.ts';
import { type Draft, isFirstOfItem } from './drafts.ts';
import { type Finding, listed, type Path, quoted, type Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import type { Mapping } from './mapping.ts';
import { didYouMean, nearest } from './nearest.ts';

type OffsetOf = (path: Path) => number;

/** Everything that an item or the defaults name must exist in the catalogue. */
export const checkReferences = (
  drafts: readonly Draft[],
  defaults: Mapping,
  catalogue: Catalogue,
  offsetOf: OffsetOf,
): Finding[] => {
  const at = (path: Path, code: IssueCode, describe: () => Wording): Finding => ({
    offset: offsetOf(path),
    path,
    code,
    describe,
  });
  const withoutPipeline = new Set<string>();
  return [
    ...checkPlace(defaults, ['defaults'], catalogue, at),
    ...drafts.flatMap((draft) => [
      ...(isFirstOfItem(draft) ? checkPlace(draft.written, draft.path, catalogue, at) : []),
      ...checkService(draft, catalogue, at, withoutPipeline),
    ]),
  ];
};

type At = (path: Path, code: IssueCode, describe: () => Wording) => Finding;

/** Fields that items and defaults share. The schema handles wrong types. */
const checkPlace = (fields: Mapping, path: Path, catalogue: Catalogue, at: At): Finding[] => {
  const { environment_id: environment, infrastructure_id: infrastructure, executor } = fields;
  const findings: Finding[] = [];
  if (
    isName(environment) &&
    catalogue.environments !== undefined &&
    entryOf(catalogue.environments, environment) === undefined
  ) {
    const known = Object.keys(catalogue.environments).sort();
    findings.push(
      at([...path, 'environment_id'], issueCodes.UnknownEnvironment, () => unknown('environment', environment, known)),
    );
  }
  for (const [name, ...place] of namesIn(infrastructure)) {
    if (!isName(name) || resolveInfrastructure(catalogue, name) !== undefined) continue;
    const describe = () => unknown('infrastructure', name, infrastructureNames(catalogue));
    findings.push(at([...path, 'infrastructure_id', ...place], issueCodes.UnknownInfrastructure, describe));
  }
  if (isName(executor) && !executorNames.some((name) => name === executor)) {
    findings.push(
      at([...path, 'executor'], issueCodes.UnknownExecutor, () => unknown('executor', executor, executorNames)),
    );
  }
  return findings;
};

/** The single name, or each entry of the list with its index. */
const namesIn = (infrastructure: unknown): readonly (readonly [name: unknown, ...place: number[]])[] =>
  Array.isArray(infrastructure) ? infrastructure.map((name, place) => [name, place] as const) : [[infrastructure]];

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

const unknown = (what: string, name: string, known: readonly string[]): Wording => ({
  message: `there is no ${what} ${quoted(name)}; known: ${listed(known)}`,
  hint: didYouMean(nearest(name, known)),
  found: name,
  allowed: known,
});

const checkService = (draft: Draft, catalogue: Catalogue, at: At, withoutPipeline: Set<string>): Finding[] => {
  const { pillar, service, path } = draft;
  if (pillar === undefined) return [];
  if (entryOf(catalogue.pillars, pillar) === undefined) {
    const known = Object.keys(catalogue.pillars).sort();
    return [at([...path, 'pillar'], issueCodes.UnknownPillar, () => unknown('pillar', pillar, known))];
  }
  if (service === undefined) return [];
  const here = [...path, 'service_name'];
  const entry = serviceEntry(catalogue, pillar, service);
  if (catalogue.services !== undefined && entry === undefined) {
    return [at(here, issueCodes.UnknownService, () => unknownService(pillar, service, catalogue))];
  }
  if (entry !== undefined && !verifiableKinds.includes(entry.kind)) {
    const message = `${service} is a ${entry.kind}, whose rollout cannot be verified yet; supported kinds: ${listed(verifiableKinds)}`;
    return [at(here, issueCodes.NotVerifiable, () => ({ message, found: entry.kind, allowed: verifiableKinds }))];
  }
  const asked = { pillar, service_name: service, environment_id: draft.item?.environment_id };
  const executor = draft.item?.executor ?? executorOfItem(catalogue, asked);
  if (isActing(draft.written) && !actingExecutors.includes(executor)) return [cannotAct(draft, executor, at)];
  const unscalable = draft.written.action === 'scale' ? withoutReplicas(entry?.kind) : undefined;
  if (unscalable !== undefined) return [cannotScale(draft, unscalable, at)];
  if (executor === 'kubernetes') return checkKubernetes(draft, catalogue, at);
  if (resolveHarness(catalogue, pillar, service) !== undefined || withoutPipeline.has(pillar)) return [];
  withoutPipeline.add(pillar);
  const message = `no Harness pipeline is configured for ${pillar}/${service}`;
  return [
    at(here, issueCodes.PipelineMissing, () => ({
      message,
      hint: `set pillars.${pillar}.harness.pipeline in the configuration`,
    })),
  ];
};

const cannotAct = ({ path, written, pillar, service }: Draft, executor: string, at: At): Finding => {
  const { action } = written;
  const message = `${pillar}/${service} is deployed by ${executor}, whose pipelines can only deploy, not ${action}`;
  const hint = `write executor: ${listed(actingExecutors)}, if the configuration allows it for the service`;
  return at([...path, 'action'], issueCodes.NotAllowed, () => ({
    message,
    hint,
    found: action as string,
    allowed: ['deploy'],
  }));
};

/** Kinds without a replica count. */
const single: readonly string[] = ['daemonset', 'job', 'cronjob', 'pod', 'knative-service', 'certificate'];

const withoutReplicas = (kind: string | undefined): string | undefined =>
  kind !== undefined && single.includes(kind) ? kind : undefined;

const cannotScale = ({ path, pillar, service }: Draft, kind: string, at: At): Finding => {
  const message = `${pillar}/${service} is a ${kind}, which has no replicas to set`;
  return at([...path, 'action'], issueCodes.NotAllowed, () => ({ message, found: 'scale' }));
};

/** The section's names are the configuration's. */
const checkKubernetes = (draft: Draft, catalogue: Catalogue, at: At): Finding[] => {
  const { pillar = '', service = '', path, written, item } = draft;
  const ofChart = item?.action === 'deploy' && item.docker_artifact_type === 'helm' ? [ofAChart(draft, at)] : [];
  const asked = { pillar, service_name: service, environment_id: item?.environment_id };
  if (mayUseKubernetes(catalogue, asked)) {
    const unread = unreadableChecks(draft, catalogue);
    const place = written.infrastructure_id === undefined ? [...path, 'service_name'] : infrastructurePath(draft);
    return unread === undefined ? ofChart : [...ofChart, at(place, issueCodes.NotAllowed, () => unread)];
  }
  const message = `${pillar}/${service} is deployed by Harness, and the configuration does not allow deploying it without`;
  const hint = `set services.${pillar}.${service}.executor: kubernetes in the configuration`;
  const here = [...path, written.executor === undefined ? 'service_name' : 'executor'];
  return [...ofChart, at(here, issueCodes.NotAllowed, () => ({ message, hint }))];
};

/** The version would be a chart's, which nobody renders, and would end up in an image. */
const ofAChart = ({ path, written }: Draft, at: At): Finding => {
  const here = [...path, written.docker_artifact_type === undefined ? 'docker_image_version' : 'docker_artifact_type'];
  const message = 'a helm chart must be rendered, but the executor kubernetes applies manifests as written';
  const hint = 'write docker_artifact_type: docker and the version of the image; manifests may come from helm template';
  return at(here, issueCodes.NotAllowed, () => ({ message, hint, found: 'helm', allowed: ['docker', 'kustomize'] }));
};

const unknownService = (pillar: string, service: string, catalogue: Catalogue): Wording => {
  const known = Object.keys(entryOf(catalogue.services, pillar) ?? {}).sort();
  const elsewhere = Object.keys(catalogue.services ?? {})
    .filter((other) => serviceEntry(catalogue, other, service) !== undefined)
    .sort();
  const near = nearest(service, known);
  return {
    message: `${quoted(service)} is not a service of pillar ${pillar}; known: ${listed(known)}`,
    hint:
      elsewhere.length > 0
        ? `pillar ${elsewhere.join(' and ')} has it`
        : near === undefined
          ? undefined
          : `nearest: ${near}`,
    found: service,
    allowed: known,
  };
};

/** More misspelt services than this mean that the mapping does not fit, so nothing can be concluded. */
const conclusive = 50;

/** The services that misspelt names probably mean: `login-apy` explains why `login-api` is not in the batch. */
export const meantServices = (drafts: readonly Draft[], catalogue: Catalogue): ReadonlySet<string> => {
  if (catalogue.services === undefined) return new Set();
  const unknownOnes = drafts.filter(
    ({ pillar, service }) =>
      pillar !== undefined && service !== undefined && serviceEntry(catalogue, pillar, service) === undefined,
  );
  const meant = unknownOnes
    .slice(0, conclusive)
    .map(({ pillar, service }) => nearest(service!, Object.keys(entryOf(catalogue.services, pillar!) ?? {}).sort()));
  return new Set(meant.filter((name) => name !== undefined));
};
