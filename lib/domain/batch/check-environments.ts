import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { resolveInfrastructure } from '../catalogue/resolve.ts';
import { infrastructurePath } from './draft-copies.ts';
import type { Draft } from './drafts.ts';
import { type Finding, listed, type Path, quoted } from './findings.ts';
import { issueCodes } from './issues.ts';
import type { Mapping } from './mapping.ts';
import { didYouMean, nearest } from './nearest.ts';

interface Surroundings {
  readonly catalogue: Catalogue;
  /** The batch's defaults. */
  readonly defaults: Mapping;
  readonly offsetOf: (path: Path) => number;
}

/** Deployments whose environment may not run on their infrastructure. Unknown names are reported elsewhere. */
export const checkEnvironments = (
  drafts: readonly Draft[],
  { catalogue, defaults, offsetOf }: Surroundings,
): Finding[] =>
  drafts.flatMap((draft) => {
    if (draft.item === undefined) return [];
    const { environment_id: environment, infrastructure_id: infrastructure } = draft.item;
    const allowed = entryOf(catalogue.environments, environment)?.infrastructures?.toSorted();
    if (allowed === undefined || allowed.includes(infrastructure)) return [];
    if (resolveInfrastructure(catalogue, infrastructure) === undefined) return [];
    const path = placeOf(draft, defaults);
    const near = nearest(infrastructure, allowed);
    const describe = () => ({
      message: `environment ${quoted(environment)} may not run on ${quoted(infrastructure)}; allowed: ${listed(allowed)}`,
      hint: didYouMean(near) ?? (path === draft.path ? fromConfiguration : undefined),
      found: infrastructure,
      allowed,
    });
    return [{ offset: offsetOf(path), path, code: issueCodes.NotAllowed, describe }];
  });

const fromConfiguration = 'both come from the defaults of the configuration; set one here';

/**
 * On the item if it sets one of the two; else in the defaults, once for all; on the item if the configuration provides
 * both.
 */
const placeOf = (draft: Draft, defaults: Mapping): Path => {
  const places: readonly (readonly [Mapping, Path])[] = [
    [draft.written, draft.path],
    [defaults, ['defaults']],
  ];
  for (const [fields, place] of places) {
    if (fields.infrastructure_id !== undefined) return infrastructurePath(draft);
    if (fields.environment_id !== undefined) return [...place, 'environment_id'];
  }
  return draft.path;
};

/** More environments than this are reported together. */
const mostWarned = 5;

/** More infrastructures than this are only counted. */
const mostNamed = 50;

/** Only for users with a configuration file where they could set it, and with real clusters. */
export const warnOfEnvironments = (
  deployments: readonly { readonly environment_id: string; readonly infrastructure_id: string }[],
  { environments, simulated: isSimulated, without_file: isWithoutFile }: Catalogue,
): string[] => {
  if (isSimulated || isWithoutFile) return [];
  const used = new Map<string, Set<string>>();
  for (const { environment_id: environment, infrastructure_id: infrastructure } of deployments) {
    if (entryOf(environments, environment)?.infrastructures !== undefined) continue;
    used.set(environment, (used.get(environment) ?? new Set()).add(infrastructure));
  }
  const rest = used.size - mostWarned;
  return [
    ...[...used].slice(0, mostWarned).map(([environment, places]) => {
      const [named, more] = [[...places].slice(0, mostNamed), places.size - mostNamed];
      const list = [...named, ...(more > 0 ? [`… and ${more} more`] : [])].join(', ');
      return `Environment ${environment} may run anywhere; limit it in the configuration: environments: { ${environment}: { infrastructures: [${list}] } }.`;
    }),
    ...(rest > 0 ? [`And ${rest} more environments may run anywhere.`] : []),
  ];
};
