import type { WatchedDeployment } from '../../domain/plan/kept-deployment.ts';
import type { StartResult } from '../../domain/ports.ts';
import { foreignName } from '../../domain/record/foreign-text.ts';
import type { Failure } from '../../domain/record/rows.ts';
import type { RunWatchRow } from '../../domain/record/watch-rows.ts';
import type { Deps } from '../deps.ts';
import type { PlaceOfWait } from '../wait/settle-wait.ts';
import { unlessBusy, updateWatch } from '../wait/update-watch.ts';
import { noteStarted } from './note-started.ts';
import { settleFailure } from './settle-failure.ts';
import { knownOfStart } from './watched-row.ts';

type Needs = Pick<Deps, 'table' | 'workflow' | 'clock' | 'random'>;

/** What an executor says to a start that it was sent. */
export type Answer = Exclude<StartResult, { readonly kind: 'busy' }>;

export interface Begun {
  readonly place: PlaceOfWait;
  readonly deployment: WatchedDeployment;
}

/** Accepted is not started, and unknown is not failed: those two are left to the poller. */
export const takeAnswer = async (deps: Needs, { place, deployment }: Begun, answer: Answer): Promise<void> => {
  if (answer.kind === 'rejected') {
    const { reason, message, retryable } = answer;
    const failure: Failure = { reason, message, retryable, touched: false };
    return settleFailure(deps, { place, deployment, failure, actor: 'executor', run: knownOfStart(answer) });
  }
  if (answer.kind === 'started') return noteStarted(deps, place, answer);
  // Where nothing came back there are the words of why.
  const told =
    answer.kind === 'unknown' ? { answer: foreignName(answer.message), ...answeredIn(answer) } : answeredIn(answer);
  const news =
    answer.kind === 'accepted'
      ? { phase: 'accepted' as const, correlation: answer.correlation, ...told }
      : { phase: 'unknown' as const, ...told };
  // Where the table is busy for long, this must not end in an error: the run may be there, and the poller looks for it by its key.
  await unlessBusy(updateWatch(deps, place, { set: news, when: { equals: { phase: 'intended' } } }));
};

const answeredIn = ({ answer, trace }: Answer): Pick<RunWatchRow, 'answer' | 'trace'> => ({
  ...(answer === undefined ? {} : { answer: foreignName(answer) }),
  ...(trace === undefined ? {} : { trace: foreignName(trace) }),
});
