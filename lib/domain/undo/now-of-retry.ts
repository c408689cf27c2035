import type { TargetRow } from '../targets/target-row.ts';

interface Ended {
  readonly ours: ReadonlySet<string>;
  readonly ended_at: number;
}

/** Whether somebody else has changed a target after a deployment of ours had ended there. What stood there before is nobody's change. */
export const hasChangedSince = ({ batch_id, since }: TargetRow, { ours, ended_at }: Ended): boolean =>
  !ours.has(batch_id) && since > ended_at;

/** Whether a target was seen to run this version, and nothing has come since. */
export const stillRuns = (now: TargetRow | undefined, version: string): boolean =>
  now !== undefined && (now.state === 'verified' || now.state === 'restored') && now.version === version;

const words: Readonly<Record<TargetRow['state'], (version: string) => string>> = {
  changing: (version) => `is deploying ${version} there`,
  verified: (version) => `put ${version} there`,
  failed: (version) => `failed there and left ${version}`,
  unknown: () => 'is UNKNOWN there',
  restored: (version) => `failed there, and ${version} was restored`,
  deleted: () => 'deleted it there',
};

/** Who changed a target last, and what stands there. */
export const describeNow = ({ batch_id, state, version = 'an unknown version' }: TargetRow): string =>
  `batch ${batch_id} ${words[state](version)}`;
