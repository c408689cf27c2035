import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { resolveInfrastructure } from '../../domain/catalogue/resolve.ts';
import { assessManifests, assessRest, type ManifestUse } from '../../domain/manifests/assess-manifests.ts';
import type { ManifestOrigin, Manifests } from '../../domain/manifests/kubernetes-settings.ts';
import { describeManifestIssue } from '../../domain/manifests/manifest-object.ts';
import { type ParsedManifests, parseManifests } from '../../domain/manifests/parse-manifests.ts';
import { type ObjectOwners, sharedObjects } from '../../domain/manifests/shared-objects.ts';
import { nameOfSource } from '../../domain/manifests/source-name.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { Workload } from '../../domain/plan/plan.ts';
import { canonicalJson } from '../../domain/plan/plan-hash.ts';
import { sha256Of } from '../../domain/sha256.ts';
import type { Deps } from '../deps.ts';

/** How many sources are fetched at once, and how many a batch may have, so that all fit into one call. */
const atOnce = 10;
const mostSources = 100;
const mostBytes = 64 * 1024 * 1024;

/** What was fetched. `issues` lists what could not be read. */
export interface Source extends ParsedManifests {
  readonly from: ManifestOrigin;
  readonly sha256: string;
  readonly text: string;
  readonly revision?: string;
}

export interface Fetched {
  /** By `keyOfOrigin`: the source, or why it could not be fetched. */
  readonly found: ReadonlyMap<string, Source | { readonly problem: string }>;
  /** Problems of all sources together. */
  readonly problems: readonly string[];
}

export const keyOfOrigin = (from: ManifestOrigin): string => canonicalJson(from);

/** Fetches each source once, however many deployments use it. */
export const fetchSources = async (
  { manifestSources }: Pick<Deps, 'manifestSources'>,
  origins: readonly ManifestOrigin[],
): Promise<Fetched> => {
  const open = new Map(origins.map((from) => [keyOfOrigin(from), from]));
  const found = new Map<string, Source | { readonly problem: string }>();
  if (manifestSources === undefined) return { found, problems: ['This server is not set up to fetch manifests.'] };
  if (open.size > mostSources)
    return { found, problems: [`Manifests from ${open.size} sources; a batch may have ${mostSources}.`] };
  let room = mostBytes;
  for (const part of partsOf([...open], atOnce)) {
    const answers = await Promise.all(part.map(([, from]) => manifestSources.obtain(from)));
    for (const [at, answer] of answers.entries()) {
      const [key, from] = part[at]!;
      room -= 'text' in answer ? answer.text.length : 0;
      if ('problem' in answer) found.set(key, { problem: `${nameOfSource(from)}: ${answer.problem}` });
      else if (room >= 0) found.set(key, sourceOf(from, answer));
    }
  }
  const problems = room < 0 ? ['All sources together have more than 64 MiB of manifests.'] : [];
  return { found, problems };
};

const sourceOf = (from: ManifestOrigin, answer: { readonly text: string; readonly revision?: string }): Source => ({
  ...parseManifests(answer.text),
  ...answer,
  from,
  sha256: sha256Of(answer.text),
});

/** The parts of a source that could not be read. */
export const unreadIn = ({ from, issues }: Source): readonly string[] =>
  issues.map((issue) => `${nameOfSource(from)}: ${describeManifestIssue(issue)}`);

export interface ResolvedOne {
  readonly manifests: Manifests;
  readonly workload?: Workload;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

interface Resolving {
  readonly catalogue: Catalogue;
  /** The owners so far in the batch. */
  readonly owners: ObjectOwners;
}

/** Resolves a source for one of the deployments that use it. */
export const resolveOne = (
  one: ManifestUse & { readonly key: string },
  source: Source,
  { catalogue, owners }: Resolving,
): ResolvedOne => {
  const { from, sha256, revision, objects } = source;
  const assess = source.issues.length > 0 ? assessRest : assessManifests;
  const { namespace, pauseSeconds, issues, warnings, workload } = assess(objects, one, catalogue);
  const { cluster = '' } = resolveInfrastructure(catalogue, one.infrastructure_id) ?? {};
  const shared = namespace === undefined ? [] : sharedObjects(owners, { key: one.key, cluster, namespace }, objects);
  const named = { from, sha256, ...(revision === undefined ? {} : { revision }) };
  return {
    manifests: { ...named, ...(pauseSeconds === undefined ? {} : { pause_seconds: pauseSeconds }) },
    ...(workload === undefined ? {} : { workload }),
    problems: [...issues, ...shared].map(
      (issue) => `${one.key}: ${nameOfSource(from)}: ${describeManifestIssue(issue)}`,
    ),
    warnings: warnings.map((issue) => `${one.key}: ${describeManifestIssue(issue)}`),
  };
};
