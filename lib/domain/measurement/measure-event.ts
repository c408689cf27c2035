import { isTerminal } from '../deployment/status.ts';
import type { EventRow } from '../record/rows.ts';
import type { Measurement } from './measurement.ts';

const restoreReasons = ['RestoredPreviousRelease', 'RestoreFailed', 'RestoreUnknown'];

/** What a feed event adds to the metrics. Each event counts once, when it gets its number. */
export const measureEvent = (event: EventRow): readonly Measurement[] => {
  if (event.type === 'batch') return hasEnded(event) ? [{ name: 'Batches', value: 1, by: event.to }] : [];
  // A rolled-back deployment's outcome was counted when it ended.
  if (event.reason === 'RolledBack') return [];
  return [...(event.actor === 'record' ? measureOutcome(event) : []), ...measureVerdict(event)];
};

/**
 * The change before an observer's verdict is the end of the run, which handed over the rollout. A good verdict is the
 * outcome itself.
 */
const measureVerdict = ({ actor, to, after_ms: value }: EventRow): readonly Measurement[] => {
  const isVerdict = actor === 'observer' || (actor === 'record' && to === 'SUCCESS');
  return isVerdict && value !== undefined ? [{ name: 'TimeToVerdict', value }] : [];
};

/** Only the last change has totals. A later `resolve` is not a new batch. */
const hasEnded = ({ actor, to }: EventRow): boolean => actor === 'finish' && isTerminal(to);

const measureOutcome = ({ to, reason, at, detail }: EventRow): readonly Measurement[] => {
  const started = detail?.started_at;
  return [
    { name: 'Deployments', value: 1, by: to },
    ...(typeof started === 'number' ? [{ name: 'DeploymentDuration', value: at - started } as const] : []),
    ...(restoreReasons.includes(reason) ? [{ name: 'Restores', value: 1, by: reason } as const] : []),
  ];
};
