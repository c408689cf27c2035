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

/** An executor's reply to a start that it received. */
export type Answer = Exclude<StartResult, { readonly kind: 'busy' }>;

export interface Begun {
  readonly place: PlaceOfWait;
  readonly deployment: WatchedDeployment;
}

/** Accepted isn't started, and unknown isn't failed: the poller follows both. */
export const takeAnswer = async (deps: Needs, { place, deployment }: Begun, answer: Answer): Promise<void> => {
  if (answer.kind === 'rejected') {
    const { reason, message, retryable } = answer;
    const failure: Failure = { reason, message, retryable, touched: false };
    return settleFailure(deps, { place, deployment, failure, actor: 'executor', run: knownOfStart(answer) });
  }
  if (answer.kind === 'started') return noteStarted(deps, place, answer);
  // Without a reply, the words say why.
  const told =
    answer.kind === 'unknown' ? { answer: foreignName(answer.message), ...answeredIn(answer) } : answeredIn(answer);
  const news =
    answer.kind === 'accepted'
      ? { phase: 'accepted' as const, correlation: answer.correlation, ...told }
      : { phase: 'unknown' as const, ...told };
  // A table that stays busy must not end this in an error: the run may exist, and the poller finds it by its key.
  await unlessBusy(updateWatch(deps, place, { set: news, when: { equals: { phase: 'intended' } } }));
};

const answeredIn = ({ answer, trace }: Answer): Pick<RunWatchRow, 'answer' | 'trace'> => ({
  ...(answer === undefined ? {} : { answer: foreignName(answer) }),
  ...(trace === undefined ? {} : { trace: foreignName(trace) }),
});
