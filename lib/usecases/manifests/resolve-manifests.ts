import { createHash } from 'node:crypto';
import type { Batch, Deployment } from '../../domain/batch/batch.ts';
import { resolveInfrastructure } from '../../domain/catalogue/resolve.ts';
import { assessManifests, assessRest } from '../../domain/manifests/assess-manifests.ts';
import type { ManifestOrigin } from '../../domain/manifests/kubernetes-settings.ts';
import { describeManifestIssue } from '../../domain/manifests/manifest-object.ts';
import { type ParsedManifests, parseManifests } from '../../domain/manifests/parse-manifests.ts';
import { type ObjectOwners, sharedObjects } from '../../domain/manifests/shared-objects.ts';
import { nameOfSource } from '../../domain/manifests/source-name.ts';
import { partsOf } from '../../domain/parts-of.ts';
import { canonicalJson } from '../../domain/plan/plan-hash.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { Deps } from '../deps.ts';
import { storeManifests } from './store-manifests.ts';

/** How many sources are asked at once, and how many one batch may have: all within the time of one call. */
const atOnce = 10;
const mostSources = 100;
const mostBytes = 64 * 1024 * 1024;

type Needs = Pick<Deps, 'documents' | 'catalogue' | 'manifestSources'>;

export type Resolved =
  | { readonly batch: Batch; readonly warnings: readonly string[] }
  /** Why it cannot be deployed, all of it. */
  | { readonly problems: readonly string[] };

interface Source extends ParsedManifests {
  readonly sha256: string;
  readonly text: string;
  readonly revision?: string;
}

/**
 * Fetches the manifests of a batch that stand elsewhere, once: from then on the batch says what they were. What is wrong with them is told
 * of all deployments together.
 */
export const resolveManifests = async (
  deps: Needs,
  { batchId, batch }: { readonly batchId: string; readonly batch: Batch },
): Promise<Resolved> => {
  const origins = new Map(
    batch.deployments.flatMap((one) => openOrigin(one) ?? []).map((from) => [nameOf(from), from]),
  );
  if (origins.size === 0) return { batch, warnings: [] };
  const catalogue = await deps.catalogue();
  const { sources, problems } = await fetchAll(deps, origins);
  const warnings: string[] = [];
  const owners: ObjectOwners = new Map();
  const deployments = batch.deployments.map((one): Deployment => {
    const from = openOrigin(one);
    const source = from === undefined ? undefined : sources.get(nameOf(from));
    if (from === undefined || source === undefined) return one;
    const assess = source.issues.length > 0 ? assessRest : assessManifests;
    const assessed = assess(source.objects, one, catalogue);
    const { cluster = '' } = resolveInfrastructure(catalogue, one.infrastructure_id) ?? {};
    const shared =
      assessed.namespace === undefined
        ? []
        : sharedObjects(owners, { key: one.key, cluster, namespace: assessed.namespace }, source.objects);
    problems.push(
      ...[...assessed.issues, ...shared].map(
        (issue) => `${one.key}: ${nameOfSource(from)}: ${describeManifestIssue(issue)}`,
      ),
    );
    warnings.push(...assessed.warnings.map((issue) => `${one.key}: ${describeManifestIssue(issue)}`));
    const { sha256, revision } = source;
    return {
      ...one,
      manifests: { from, sha256, ...(revision === undefined ? {} : { revision }) },
      ...(assessed.workload === undefined ? {} : { workload: assessed.workload }),
    };
  });
  if (problems.length > 0) return { problems };
  await storeManifests(deps, new Map([...sources.values()].map(({ sha256, text }) => [sha256, { text }])));
  const resolved = { ...batch, deployments };
  await deps.documents.put(documentPaths.batch(batchId), JSON.stringify(resolved));
  return { batch: resolved, warnings };
};

/** Where it stands what is not fetched yet. A release that is put back says what it had. */
const openOrigin = ({ manifests, planned }: Deployment): ManifestOrigin | undefined =>
  planned === undefined && manifests?.sha256 === undefined ? manifests?.from : undefined;

const nameOf = (from: ManifestOrigin): string => canonicalJson(from);

const fetchAll = async (
  { manifestSources }: Pick<Needs, 'manifestSources'>,
  origins: ReadonlyMap<string, ManifestOrigin>,
): Promise<{ readonly sources: ReadonlyMap<string, Source>; readonly problems: string[] }> => {
  const sources = new Map<string, Source>();
  const problems: string[] = [];
  if (manifestSources === undefined) return { sources, problems: ['Nothing is set up here that fetches manifests.'] };
  if (origins.size > mostSources)
    return { sources, problems: [`Manifests from ${origins.size} sources; a batch may have ${mostSources}.`] };
  let room = mostBytes;
  for (const part of partsOf([...origins], atOnce)) {
    const fetched = await Promise.all(part.map(([, from]) => manifestSources.obtain(from)));
    fetched.forEach((found, at) => {
      const [name, from] = part[at]!;
      if ('problem' in found) {
        problems.push(`${nameOfSource(from)}: ${found.problem}`);
        return;
      }
      room -= found.text.length;
      const parsed = parseManifests(found.text);
      problems.push(...parsed.issues.map((issue) => `${nameOfSource(from)}: ${describeManifestIssue(issue)}`));
      if (room < 0) return;
      const sha256 = createHash('sha256').update(found.text).digest('hex');
      sources.set(name, { ...parsed, ...found, sha256 });
    });
  }
  if (room < 0) problems.push('The manifests of all sources together have more than 64 MiB.');
  return { sources, problems };
};
