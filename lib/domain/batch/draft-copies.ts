import { type Defaults, type Draft, draftItem, type Listed } from './drafts.ts';
import { type FieldContext, fieldFindings } from './field-findings.ts';
import type { Finding, Path } from './findings.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { infrastructureList } from './schema.ts';

export interface DraftedItem {
  readonly drafts: readonly Draft[];
  readonly findings: readonly Finding[];
}

/** One entry of `deployments` as deployments: one on each of its infrastructures. Each problem of the entry is reported once. */
export const draftCopies = (entry: unknown, path: Path, defaults: Defaults, context: FieldContext): DraftedItem => {
  const listed = isMapping(entry) ? listOf(entry, defaults) : undefined;
  if (listed === undefined) {
    const { draft, findings } = draftItem(entry, path, defaults, context);
    return { drafts: draft === undefined ? [] : [draft], findings };
  }
  const result = infrastructureList.safeParse(listed);
  const own = result.success ? [] : fieldFindings(result.error.issues, [...path, 'infrastructure_id'], context);
  // Without its repetitions, the rest of the list can be checked too.
  const usable = result.success ? result : infrastructureList.safeParse([...new Set(listed)]);
  const [first] = usable.success ? usable.data : [];
  const { draft, findings } = draftItem({ ...(entry as Mapping), infrastructure_id: first }, path, defaults, context);
  const isOfPlace = (finding: Finding): boolean =>
    finding.path.length === path.length + 1 && finding.path.at(-1) === 'infrastructure_id';
  const others = findings.filter((finding) => !isOfPlace(finding));
  const written = { ...draft!, written: entry as Mapping };
  return { drafts: usable.success ? copiesOf(written, usable.data, listed) : [written], findings: [...own, ...others] };
};

const listOf = ({ infrastructure_id: own }: Mapping, { values }: Defaults): readonly unknown[] | undefined => {
  const given = own === undefined ? values.infrastructure_id : own;
  return Array.isArray(given) ? given : undefined;
};

const copiesOf = (draft: Draft, infrastructures: readonly string[], written: readonly unknown[]): readonly Draft[] =>
  infrastructures.map((infrastructure): Draft => {
    const { item, key, ...rest } = draft;
    const listed: Listed = { infrastructures, place: written.indexOf(infrastructure) };
    const isAlone = infrastructures.length === 1;
    return {
      ...rest,
      listed,
      ...(item === undefined ? {} : { item: { ...item, infrastructure_id: infrastructure } }),
      ...(key === undefined ? {} : { key: isAlone ? key : `${key}@${infrastructure}` }),
    };
  });

/** Where a draft's infrastructure is written: on the item, else in the defaults. */
export const infrastructurePath = ({ path, written, listed }: Draft): Path => {
  const section = written.infrastructure_id === undefined ? ['defaults'] : path;
  return [...section, 'infrastructure_id', ...(listed === undefined ? [] : [listed.place])];
};
