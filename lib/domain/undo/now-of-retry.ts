import type { Acting } from '../plan/action.ts';
import type { KeptDeployment } from '../plan/kept-deployment.ts';
import { isSettled, type TargetRow } from '../targets/target-row.ts';

interface Ended {
  readonly ours: ReadonlySet<string>;
  readonly ended_at: number;
}

/**
 * Whether somebody else changed a target after our deployment ended there, or changed what ours had left and that was
 * adopted. Restoring what was there before is nobody's change.
 */
export const hasChangedSince = ({ batch_id, since, adopted }: TargetRow, { ours, ended_at }: Ended): boolean =>
  (adopted !== undefined || !ours.has(batch_id)) && since > ended_at;

/** Whether a target is as this deployment left it, with nothing since: its version was seen running, or it is gone. */
export const stillStands = (
  now: TargetRow | undefined,
  { action, docker_image_version: version }: Acting & Pick<KeptDeployment, 'docker_image_version'>,
): boolean => {
  if (action === 'delete') return now?.state === 'deleted';
  const runs = now !== undefined && isSettled(now);
  return runs && (action === 'scale' || now.version === version);
};

const words: Readonly<Record<TargetRow['state'], (version: string) => string>> = {
  changing: (version) => `is deploying ${version} there`,
  verified: (version) => `put ${version} there`,
  failed: (version) => `failed there and left ${version}`,
  unknown: () => 'is UNKNOWN there',
  restored: (version) => `failed there, and ${version} was restored`,
  deleted: () => 'deleted it there',
  adopted: (version) => `was the last to deploy there, and ${version} was adopted since`,
};

/** Who changed a target last, and what runs there. */
export const describeNow = ({ batch_id, state, version = 'an unknown version' }: TargetRow): string =>
  `batch ${batch_id} ${words[state](version)}`;
