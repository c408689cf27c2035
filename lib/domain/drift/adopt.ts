import { present } from '../present.ts';
import type { ChangeRow } from '../record/index-rows.ts';
import { parseImage } from '../rollout/image.ts';
import { versionOf } from '../rollout/image-version.ts';
import { type Submitter, sameSubmitter } from '../targets/submitter.ts';
import type { Adoption, TargetRow } from '../targets/target-row.ts';
import { fieldSentence } from './drift.ts';
import type { DriftMark } from './drift-mark.ts';
import type { FieldDrift } from './object-drift.ts';

/** What was seen, and who accepts it. */
export interface Adopting {
  /** How the service's image differs from what was deployed. A field without a path says that the workload is gone. */
  readonly image: FieldDrift | undefined;
  readonly who: Submitter;
  readonly reason: string | undefined;
  /** `Adoption.objects`. */
  readonly objects: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * NOW after somebody accepts what runs. The last deployment stays the same. Nobody has judged the other image's health,
 * so nothing claims it, and it makes no release.
 */
export const nowAdopted = (now: TargetRow, { image, who, at, ...adopting }: Adopting): TargetRow => {
  const { drift: _, ...standing } = now;
  const adopted: Adoption = { ...sameSubmitter(who), ...present(adopting, ['reason', 'objects']) };
  const since = { adopted, since: at };
  if (image === undefined) return { ...standing, ...since, state: 'adopted' };
  const { version: __, image: ___, digest: ____, health: _____, ...place } = standing;
  if (image.path === undefined) return { ...place, ...since, state: 'deleted' };
  return { ...place, ...since, state: 'adopted', ...versionIn(image.to) };
};

const versionIn = (image: string | undefined): Pick<TargetRow, 'version' | 'image'> => {
  if (image === undefined) return {};
  const version = versionOf(parseImage(image));
  return { image, ...(version === undefined ? {} : { version }) };
};

/** The change record of an adoption. */
export const changeOfAdoption = (before: TargetRow, after: TargetRow): ChangeRow => ({
  ...{ target: after.target, batch_id: after.batch_id, index: after.index, status: 'SUCCESS', reason: 'Adopted' },
  version: after.version ?? (after.state === 'deleted' ? 'delete' : '?'),
  ...(before.version === undefined ? {} : { before: before.version }),
  ...(after.version === undefined ? {} : { after: after.version }),
  ...sameSubmitter(after.adopted ?? {}),
  at: after.since,
});

/** How the fields differ from the mark, in words; names at most three of the new ones. */
export const sinceMark = (mark: DriftMark, fields: readonly FieldDrift[]): string => {
  if (mark.count > mark.fields.length)
    return `only the first ${mark.fields.length} of ${mark.count} differences are named there, and they have changed`;
  const known = new Set(mark.fields.map(textOf));
  const since = fields.filter((one) => !known.has(textOf(one))).slice(0, 3);
  return since.length === 0 ? 'some of it is as it was deployed again' : since.map(fieldSentence).join('; ');
};

const textOf = ({ object, path, from, to }: FieldDrift): string => JSON.stringify([object, path, from, to]);

/** A note for the next deployment: the manager that changed a field owns it now. */
export const ownersNote = (fields: readonly FieldDrift[]): string | undefined => {
  const managers = [...new Set(fields.flatMap(({ manager }) => (manager === undefined ? [] : [manager])))].sort();
  if (managers.length === 0) return undefined;
  const have = managers.length === 1 ? 'has' : 'have';
  return `${managers.join(', ')} ${have} these fields: a deployment with other values fails with FieldConflict, unless the environment's take_over names the owner.`;
};
