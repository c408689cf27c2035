/** Trials on a simulated Harness, or stories of rollbacks, retries and holds. */
export const trialKinds = ['harness', 'undo'] as const;
export type TrialKind = (typeof trialKinds)[number];

/** Every `step`th seed from `from` on, before `until`. */
export interface Share {
  readonly of: TrialKind;
  readonly from: number;
  readonly until: number;
  readonly step: number;
}
