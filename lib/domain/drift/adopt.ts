import { present } from '../present.ts';
import type { ChangeRow } from '../record/index-rows.ts';
import { parseImage } from '../rollout/image.ts';
import { versionOf } from '../rollout/image-version.ts';
import { type Submitter, sameSubmitter } from '../targets/submitter.ts';
import type { Adoption, TargetRow } from '../targets/target-row.ts';
import { fieldSentence } from './drift.ts';
import type { DriftMark } from './drift-mark.ts';
import type { FieldDrift } from './object-drift.ts';

/** What was seen, and who takes it as right. */
export interface Adopting {
  /** What of the service's image is not as it was deployed; a field without a path says that the workload is gone. */
  readonly image: FieldDrift | undefined;
  readonly who: Submitter;
  readonly reason: string | undefined;
  /** `Adoption.objects`. */
  readonly objects: string | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * NOW when what runs is taken as right. Whose deployment was the last stays. How healthy the other image is nobody has judged, so nothing
 * is said of that, and it makes no release.
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

/** The change that it is. */
export const changeOfAdoption = (before: TargetRow, after: TargetRow): ChangeRow => ({
  ...{ target: after.target, batch_id: after.batch_id, index: after.index, status: 'SUCCESS', reason: 'Adopted' },
  version: after.version ?? (after.state === 'deleted' ? 'delete' : '?'),
  ...(before.version === undefined ? {} : { before: before.version }),
  ...(after.version === undefined ? {} : { after: after.version }),
  ...sameSubmitter(after.adopted ?? {}),
  at: after.since,
});

/** What is not as the mark says, in words: at most three of what has come. */
export const sinceMark = (mark: DriftMark, fields: readonly FieldDrift[]): string => {
  if (mark.count > mark.fields.length)
    return `of ${mark.count} differences only the first ${mark.fields.length} are named there, and these are not the same any more`;
  const known = new Set(mark.fields.map(textOf));
  const since = fields.filter((one) => !known.has(textOf(one))).slice(0, 3);
  return since.length === 0 ? 'some of it is as it was deployed again' : since.map(fieldSentence).join('; ');
};

const textOf = ({ object, path, from, to }: FieldDrift): string => JSON.stringify([object, path, from, to]);

/** What the next deployment is to know: whoever has changed a field has it from now on. */
export const ownersNote = (fields: readonly FieldDrift[]): string | undefined => {
  const managers = [...new Set(fields.flatMap(({ manager }) => (manager === undefined ? [] : [manager])))].sort();
  if (managers.length === 0) return undefined;
  const have = managers.length === 1 ? 'has' : 'have';
  return `${managers.join(', ')} ${have} these fields: a deployment with other values of them fails as FieldConflict, unless take_over of the environment names them.`;
};
