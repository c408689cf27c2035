import { conventionFinding, describe } from './conventions.ts';
import { done } from './counts.ts';
import { type Evidence, type Seen, waiting } from './judgement.ts';
import { conditionOf, stringAt } from './kubernetes-object.ts';
import type { KindReport, Signal } from './signal.ts';

/** Knative says False only after its own deadline. A new spec may still show the old condition for a moment. */
const grace = 10_000;

/**
 * Its Ready condition covers configuration and route. The newest revision must be the ready one, and thus have the
 * traffic.
 */
export function judgeKnativeService(look: Seen): KindReport {
  const { object } = look;
  const finding = conventionFinding(object);
  if (finding.reason === 'GenerationNotObserved') return { signals: [], finding };
  const ready = conditionOf(object, 'Ready');
  if (ready !== undefined && stringAt(ready, 'status') === 'False') {
    const message = `the condition ${describe(ready)}`;
    const told = ['ConfigurationsReady', 'RoutesReady'].map((type) => conditionOf(object, type));
    const evidence = [ready, ...told.filter((one) => one !== undefined)].map(
      (one): Evidence => ({
        kind: 'condition',
        name: stringAt(one, 'type') ?? '',
        reason: stringAt(one, 'reason') ?? 'NotReady',
        message: describe(one),
      }),
    );
    const signal: Signal = { key: 'NotReady', reason: 'RevisionFailed', message, grace, evidence };
    return { signals: [signal], finding: waiting('ConditionNotTrue', message) };
  }
  if (finding.verdict !== 'healthy') return { signals: [], finding };
  const [created, isReady] = ['latestCreatedRevisionName', 'latestReadyRevisionName'].map((name) =>
    stringAt(object, 'status', name),
  );
  if (created !== isReady)
    return {
      signals: [],
      finding: waiting(
        'RevisionNotReady',
        `revision ${isReady ?? '(none)'} is ready, not yet ${created ?? 'a new one'}`,
      ),
    };
  return { signals: [], ...done(look, { ready: 1, desired: 1 }) };
}
