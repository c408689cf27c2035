import type { RolloutSettings, Workload, WorkloadKind } from '../../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../../lib/domain/ports.ts';
import { captureBaseline } from '../../../lib/domain/rollout/baseline.ts';
import type { Judgement } from '../../../lib/domain/rollout/judgement.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, nothing } from './kinds.ts';
import { deployment, now } from './objects.ts';

export interface Told {
  readonly before?: WorkloadView;
  readonly settings?: RolloutSettings;
  /** Start of the attempt, in seconds after `now`. */
  readonly since?: number;
  readonly expected?: { readonly version: string; readonly artifactType: 'docker' };
}

/** Looks in order, each this many seconds after `now`, as an observer takes them, until there is a verdict. */
export function judgeAll(
  kind: WorkloadKind,
  looks: readonly (readonly [seconds: number, view: WorkloadView])[],
  { before = nothing, settings, since, ...rest }: Told = {},
): readonly Judgement[] {
  const workload: Workload = { ...deployment, kind };
  const judged: Judgement[] = [];
  for (const [seconds, view] of looks) {
    const previous = judged.at(-1)?.progress;
    const one = judgeRollout({
      workload,
      expected: rest.expected ?? expected,
      baseline: captureBaseline(workload, before),
      view,
      now: now + seconds * 1_000,
      ...(previous && { previous }),
      ...(settings && { settings }),
      ...(since !== undefined && { since: now + since * 1_000 }),
    });
    judged.push(one);
    if (one.verdict !== 'waiting') break;
  }
  return judged;
}

/** `seconds verdict reason` of each look. */
export const shortOf = (
  kind: WorkloadKind,
  looks: readonly (readonly [seconds: number, view: WorkloadView])[],
  told: Told = {},
): readonly string[] =>
  judgeAll(kind, looks, told).map(({ verdict, reason }, at) => `${looks[at]?.[0]} ${verdict} ${reason}`);
