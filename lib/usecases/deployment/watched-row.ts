import type { RunRequest } from '../../domain/ports.ts';
import { foreignName } from '../../domain/record/foreign-text.ts';
import { executorWatcher } from '../../domain/record/keys.ts';
import type { Run } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';

export const requestOf = ({ key, batch_id, deployment, version, at, adopted }: RunWatchRow): RunRequest => ({
  key,
  batch_id,
  deployment,
  version,
  at,
  ...(adopted === undefined ? {} : { adopted }),
});

export const placeOf = ({ batch_id, index, wait, deployment }: RunWatchRow): PlaceOfWait => ({
  batch_id,
  index,
  wait,
  watcher: executorWatcher(deployment.executor.account),
});

/** Everything the executor returned for its start, for the record. */
export const knownOfStart = ({
  correlation,
  trace,
  answer,
}: Pick<RunWatchRow, 'correlation' | 'trace' | 'answer'>): Pick<Run, 'event' | 'trace' | 'answer'> => ({
  ...(correlation === undefined ? {} : { event: foreignName(correlation) }),
  ...(trace === undefined ? {} : { trace: foreignName(trace) }),
  ...(answer === undefined ? {} : { answer: foreignName(answer) }),
});

/** From when a run may exist and is looked for. */
export const sentAt = ({ sent_at, at }: Pick<RunWatchRow, 'sent_at' | 'at'>): number => sent_at ?? at;
