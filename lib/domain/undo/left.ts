/** Why a deployment is not rolled back. The last two have nothing to roll back. */
export const leftReasons = [
  'Superseded',
  'NoPreviousVersion',
  'OutcomeUnknown',
  'StillRuns',
  'StrategyNone',
  'JobNotRunAgain',
  'DependentNotRolledBack',
  'NotConfigured',
  'NothingChanged',
  'AlreadyRestored',
] as const;
export type LeftReason = (typeof leftReasons)[number];

export interface Left {
  readonly key: string;
  readonly target: string;
  readonly reason: LeftReason;
  readonly message: string;
  /** What it deployed. */
  readonly version: string;
}

const nothing: ReadonlySet<LeftReason> = new Set<LeftReason>(['NothingChanged', 'AlreadyRestored']);

/** Whether it has nothing to roll back. */
export const hasNothingToUndo = ({ reason }: Pick<Left, 'reason'>): boolean => nothing.has(reason);

const open: ReadonlySet<LeftReason> = new Set<LeftReason>(['OutcomeUnknown', 'StillRuns', 'DependentNotRolledBack']);

/**
 * Whether this keeps a batch from being rolled back completely: its change is still in place, and nobody wanted that.
 */
export const leavesOpen = ({ reason }: Pick<Left, 'reason'>): boolean => open.has(reason);

/** Counts by reason, without those that have nothing to undo. */
export const countLeft = (left: readonly Pick<Left, 'reason'>[]): Readonly<Partial<Record<LeftReason, number>>> => {
  const counts: Partial<Record<LeftReason, number>> = {};
  for (const one of left) if (!hasNothingToUndo(one)) counts[one.reason] = (counts[one.reason] ?? 0) + 1;
  return counts;
};

/** For example `2 Superseded, 1 NoPreviousVersion`; empty if nothing is left. */
export const describeLeft = (counts: Readonly<Partial<Record<LeftReason, number>>>): string =>
  leftReasons.flatMap((reason) => (counts[reason] === undefined ? [] : [`${counts[reason]} ${reason}`])).join(', ');
