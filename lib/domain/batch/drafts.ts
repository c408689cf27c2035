import { artifactTypes } from '../plan/plan.ts';
import { longestVersion } from '../rollout/image-version.ts';
import { actionFindings, isActing } from './check-action.ts';
import { versionProblem } from './check-version.ts';
import { type FieldContext, fieldFindings } from './field-findings.ts';
import { type Finding, type Path, pathText } from './findings.ts';
import { issueCodes } from './issues.ts';
import { mergeDefaults } from './item-defaults.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { actingItemSchema, type MergedItem, mergedItemSchema } from './schema.ts';

/** A batch item during the checks: what is known about it even if parts of it are wrong. */
export interface Draft {
  readonly path: Path;
  /** As the user wrote it. */
  readonly written: Mapping;
  /** Present if every field is valid. */
  readonly item?: MergedItem;
  readonly pillar?: string;
  readonly service?: string;
  /** `pillar/service_name`, if both are there; with `@infrastructure` appended if the item has several. */
  readonly key?: string;
  /** For an item with a list of infrastructures: the one that this draft is for. */
  readonly listed?: Listed;
  readonly dependencies: readonly unknown[];
}

export interface Listed {
  readonly infrastructures: readonly string[];
  readonly place: number;
}

/** `pillar/service_name`, if both are there. */
export const serviceKeyOf = ({ key, listed, pillar, service }: Draft): string | undefined =>
  listed === undefined || key === undefined ? key : `${pillar}/${service}`;

/** Whether it is its item's only draft, or the first. */
export const isFirstOfItem = ({ listed }: Draft): boolean => listed === undefined || listed.place === 0;

export interface Defaults {
  /** The valid ones. */
  readonly values: Mapping;
  /** Fields that the defaults set, but invalidly: they are not reported as missing on every item. */
  readonly spoilt: ReadonlySet<string>;
  /** What the configuration provides for an item of this pillar in this environment. */
  readonly configured: (pillar: unknown, environment: unknown) => Mapping;
}

/** What an item takes from the defaults. */
export const itemFields: readonly string[] = [
  'docker_artifact_type',
  'environment_id',
  'infrastructure_id',
  'executor',
];
const metadataFields = ['timeout', 'retry_count', 'priority', 'rollback_strategy', 'health_check'];
/** Paths from a batch's root. */
export const sections: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.tags',
  'metadata.links',
  'defaults',
  'defaults.health_check',
  'strategy',
  'deployments[].metadata',
  'deployments[].metadata.tags',
  'deployments[].metadata.dependencies',
  'deployments[].metadata.health_check',
]);

/** A section with all of its lines commented out reads as null and counts as absent. `place` is the mapping's path. */
export const withoutEmptySections = (mapping: Mapping, place = ''): Mapping => {
  const isEmpty = (key: string): boolean => mapping[key] === null && sections.has(`${place}${key}`);
  if (!Object.keys(mapping).some(isEmpty)) return mapping;
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !isEmpty(key)));
};

/** Accepted in any case, on an item and in the defaults. */
export const caseless: readonly string[] = ['pillar', 'docker_artifact_type'];

export const inLowerCase = (fields: Mapping): Mapping =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      // ASCII letters only: a few others have an ASCII letter as their lower case.
      typeof value === 'string' && caseless.includes(field)
        ? value.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
        : value,
    ]),
  );

/** The item's own value, else the batch's default, else the configuration's. Otherwise the schema decides. */
const mergeItem = (written: Mapping, { values, configured }: Defaults): Mapping => {
  const item = inLowerCase(withoutEmptySections(written, 'deployments[].'));
  const behind = configured(item.pillar, item.environment_id ?? values.environment_id);
  const given = mergeDefaults([withoutEmptySections(values, 'defaults.'), behind]);
  const own = item.metadata === undefined ? {} : item.metadata;
  const metadata = isMapping(own)
    ? mergeDefaults([withoutEmptySections(own, 'deployments[].metadata.'), pick(given, metadataFields)])
    : own;
  return { ...inLowerCase(pick(given, itemFields)), ...item, metadata };
};

const pick = (mapping: Mapping, fields: readonly string[]): Mapping =>
  Object.fromEntries(fields.filter((field) => mapping[field] !== undefined).map((field) => [field, mapping[field]]));

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Merges one entry of `deployments` with the defaults and checks its fields. */
export const draftItem = (
  entry: unknown,
  path: Path,
  defaults: Defaults,
  context: FieldContext,
): { readonly draft?: Draft; readonly findings: readonly Finding[] } => {
  if (!isMapping(entry)) return { findings: [notAMapping(path, context)] };
  const merged = mergeItem(entry, defaults);
  const result = readItem(merged);
  const findings = [
    ...(result.success ? [] : fieldFindings(result.error.issues, path, context)),
    ...(isActing(merged) ? [] : versionFindings(merged, path, context)),
    ...actionFindings(merged, path, context),
  ];
  const pillar = textOf(merged.pillar);
  const service = textOf(merged.service_name);
  const dependencies = isMapping(merged.metadata) ? merged.metadata.dependencies : undefined;
  const draft: Draft = {
    path,
    written: entry,
    dependencies: Array.isArray(dependencies) ? dependencies : [],
    ...(result.success ? { item: result.data } : {}),
    ...(pillar === undefined ? {} : { pillar }),
    ...(service === undefined ? {} : { service }),
    ...(pillar === undefined || service === undefined ? {} : { key: `${pillar}/${service}` }),
  };
  const isSpoilt = (finding: Finding): boolean =>
    finding.code === issueCodes.Missing && defaults.spoilt.has(String(finding.path.at(-1)));
  return {
    draft,
    findings: findings.filter((finding) => !isSpoilt(finding)).map((finding) => missingEverywhere(finding, merged)),
  };
};

const readItem = (merged: Mapping) => {
  if (!isActing(merged)) return mergedItemSchema.safeParse(merged);
  // A version that a delete or a scale must not have gets its own message.
  const { docker_image_version: _, ...rest } = merged;
  const result = actingItemSchema.safeParse(rest);
  return result.success
    ? { success: true as const, data: { ...result.data, docker_image_version: '' } satisfies MergedItem }
    : result;
};

/**
 * The artifact decides what a version may be. With a missing or unknown artifact, the rules for charts apply, which are
 * the widest.
 */
const versionFindings = (
  { docker_image_version: version, docker_artifact_type: artifact }: Mapping,
  path: Path,
  { offsetOf }: FieldContext,
): Finding[] => {
  if (typeof version !== 'string' || version === '' || [...version].length > longestVersion) return [];
  const problem = versionProblem(version, artifactTypes.find((one) => one === artifact) ?? 'helm');
  if (problem === undefined) return [];
  const here = [...path, 'docker_image_version'];
  return [{ offset: offsetOf(here), path: here, code: issueCodes.BadFormat, describe: () => problem }];
};

/** Says where else a missing field may be set. */
const missingEverywhere = (finding: Finding, { pillar, environment_id: environment }: Mapping): Finding => {
  const field = String(finding.path.at(-1));
  if (finding.code !== issueCodes.Missing || !itemFields.includes(field)) return finding;
  const places = [
    ...(field === 'environment_id' || typeof environment !== 'string' ? [] : [['environments', environment]]),
    ...(typeof pillar === 'string' ? [['pillars', pillar]] : []),
  ].map((place) => `${pathText([...place, 'defaults'])}, `);
  const describe = () => ({
    message: 'is missing on the item, in defaults and in the configuration',
    hint: `give it here, as defaults.${field}, or in the configuration: ${places.join('')}defaults`,
  });
  return { ...finding, describe };
};

const notAMapping = (path: Path, { offsetOf }: FieldContext): Finding => ({
  offset: offsetOf(path),
  path,
  code: issueCodes.WrongType,
  describe: () => ({ message: 'a deployment must be a mapping with pillar, service_name, docker_image_version …' }),
});
