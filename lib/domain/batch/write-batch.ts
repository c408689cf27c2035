import { actingOf, deploys } from '../plan/action.ts';
import { turnDeletes } from '../plan/turn-deletes.ts';
import type { Batch, Deployment } from './batch.ts';

/** The content of a batch file that Flotilla writes itself. */
export interface Written extends Pick<Batch, 'metadata' | 'strategy' | 'deployments'> {
  /** Written at the top, one line each. */
  readonly comments: readonly string[];
  /** Known manifests, by SHA-256. */
  readonly texts?: ReadonlyMap<string, string>;
}

/**
 * Written once, in `defaults`, if all have the same. They are always written, because a configuration may have other
 * defaults.
 */
const places = ['environment_id', 'infrastructure_id', 'docker_artifact_type'] as const;
const settings = ['priority', 'timeout', 'retry_count', 'rollback_strategy'] as const;
const shared = [...places, ...settings];
type Shared = (typeof shared)[number];

/** A file that reads as this batch: YAML, with one line per deployment. */
export const writeBatch = ({ metadata, strategy, deployments, comments, texts = new Map() }: Written): string => {
  const [first] = deployments;
  const common = shared.filter((field) => deployments.every((one) => one[field] === first?.[field]));
  const defaults = Object.fromEntries(common.map((field) => [field, first?.[field]]));
  const anchored = new Set<string>();
  return [
    ...comments.map((comment) => `# ${inOneLine(comment)}`),
    'version: v1.0',
    `metadata: ${JSON.stringify(metadata)}`,
    `strategy: ${JSON.stringify(strategy)}`,
    ...(common.length === 0 ? [] : [`defaults: ${JSON.stringify(defaults)}`]),
    'deployments:',
    ...inGroups(turnDeletes(deployments)).map((group) => {
      const [one] = group;
      const item = JSON.stringify(itemOf(group, new Set(common)));
      const manifests = manifestsOf(one, texts, anchored);
      return `  - ${manifests === undefined ? item : `${item.slice(0, -1)},"manifests": ${manifests} }`}`;
    }),
    '',
  ].join('\n');
};

type Group = readonly [Deployment, ...(readonly Deployment[])];

/** One service on several infrastructures is one item if everything else is the same. */
const inGroups = (deployments: readonly Deployment[]): readonly Group[] => {
  const groups: (readonly [Deployment, ...Deployment[]])[] = [];
  for (const one of deployments) {
    const [last, ...others] = groups.at(-1) ?? [];
    if (last === undefined || !isCopy(one, last)) groups.push([one]);
    else groups[groups.length - 1] = [last, ...others, one];
  }
  return groups;
};

const isCopy = (one: Deployment, other: Deployment): boolean =>
  one.pillar === other.pillar &&
  one.service_name === other.service_name &&
  shownWithoutPlace(one) === shownWithoutPlace(other);

const shownWithoutPlace = ({ infrastructure_id: _, key: __, position: ___, line: ____, ...rest }: Deployment): string =>
  JSON.stringify({ ...rest, replay: undefined });

/** A text that several use is written once. For unknown manifests, only their source is written. */
const manifestsOf = (
  { manifests }: Deployment,
  texts: ReadonlyMap<string, string>,
  anchored: Set<string>,
): string | undefined => {
  const { sha256, from } = manifests ?? {};
  const text = sha256 === undefined ? undefined : texts.get(sha256);
  if (sha256 === undefined || text === undefined) return from === undefined ? undefined : JSON.stringify(from);
  const anchor = `m${sha256.slice(0, 16)}`;
  if (anchored.has(anchor)) return `*${anchor}`;
  anchored.add(anchor);
  return `&${anchor} ${JSON.stringify(text)}`;
};

const inOneLine = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');

const itemOf = (group: Group, common: ReadonlySet<Shared>): object => {
  const [one] = group;
  const names = group.map(({ infrastructure_id }) => infrastructure_id);
  const own = places
    .filter((field) => !common.has(field))
    .map((field) => [field, field === 'infrastructure_id' && names.length > 1 ? names : one[field]]);
  const { crash_tolerance, steady_seconds, unblock, executor, at_once } = one;
  const metadata = settingsOf(one, common);
  return {
    pillar: one.pillar,
    service_name: one.service_name,
    ...(deploys(one) ? { docker_image_version: one.docker_image_version } : actingOf(one)),
    ...Object.fromEntries(own),
    // The service's current settings apply where only the default was set.
    ...(executor === 'harness' ? {} : { executor }),
    ...(at_once === undefined ? {} : { at_once }),
    ...(crash_tolerance === undefined ? {} : { crash_tolerance }),
    ...(steady_seconds === undefined ? {} : { steady_seconds }),
    ...(unblock === undefined ? {} : { unblock }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
};

/** A file lists at most this many. The plan shows whatever depends on more. */
export const mostDependencies = 10;

const settingsOf = (one: Deployment, common: ReadonlySet<Shared>): object => ({
  ...Object.fromEntries(settings.filter((field) => !common.has(field)).map((field) => [field, one[field]])),
  ...(one.tags.length === 0 ? {} : { tags: one.tags }),
  ...(one.dependencies.length === 0 ? {} : { dependencies: one.dependencies.slice(0, mostDependencies) }),
  ...(isUsualCheck(one.health_check) ? {} : { health_check: one.health_check }),
});

const isUsualCheck = (check: Deployment['health_check']): boolean => check.enabled && Object.keys(check).length === 1;
