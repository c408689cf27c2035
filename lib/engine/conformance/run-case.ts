import { Engine, type ExecutionDescription } from '../engine.ts';
import type { HistoryEvent } from '../history.ts';
import { Journal } from '../journal.ts';
import { VirtualClock } from '../virtual-clock.ts';
import type {
  ExecutionCase,
  RecordedCase,
  RecordedEvent,
  RefusalCase,
  StateCase,
  StateRefusalCase,
  Verdict,
} from './case.ts';
import { invokeOf } from './lambdas.ts';
import { difference, historyDifference } from './match.ts';
import { answerDifference, requestOf } from './state-answer.ts';
import { verdictOnError, verdictOnRefusal } from './verdict.ts';

/** No case needs more timers. One that does is in a loop. */
const mostTimers = 10_000;

const clockOf = ({ clock = '2025-01-01T00:00:00Z' }: { readonly clock?: string }): VirtualClock =>
  new VirtualClock(Date.parse(clock));

const engineFor = (clock: VirtualClock, lambdas: ExecutionCase['lambdas']): Engine =>
  new Engine({
    journal: new Journal({ path: ':memory:' }),
    clock,
    random: { next: () => 0.5 },
    invoke: invokeOf(lambdas, clock),
    account: '111111111111',
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::111111111111:role/sfn-role',
  });

const definitionText = ({ definition, definitionText: text }: RecordedCase): string =>
  text ?? JSON.stringify(definition);

const asRecorded = ({ id, previous, type, details }: HistoryEvent): RecordedEvent => ({
  id,
  previousEventId: previous,
  type,
  ...(details === undefined ? {} : { details }),
});

/** Advances time until the execution has ended, nothing can move it any more, or the recording ends. */
const runToTheEnd = async (
  engine: Engine,
  clock: VirtualClock,
  executionArn: string,
  recorded: ExecutionCase,
): Promise<ExecutionDescription> => {
  const { status, history } = recorded.expected;
  for (let timers = 0; ; timers += 1) {
    await engine.idle();
    const description = await engine.describeExecution({ executionArn });
    if (description.status !== 'RUNNING' || timers > mostTimers) return description;
    if (status === 'RUNNING' && engine.history(executionArn).length >= (history?.length ?? 0)) return description;
    if (!clock.runNext()) return description;
  }
};

const compare = (
  recorded: ExecutionCase,
  description: ExecutionDescription,
  history: readonly HistoryEvent[],
): string | undefined => {
  const { expected, historyOrder = 'exact' } = recorded;
  const { output, error, cause, status } = description;
  const actual = {
    status,
    ...(output === undefined ? {} : { output: JSON.parse(output) as unknown }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
  const { history: recordedHistory, ...outcome } = expected;
  const found = difference(outcome, actual, 'outcome');
  if (found !== undefined || recordedHistory === undefined) return found;
  const events = history.map(asRecorded);
  const seen = expected.status === 'RUNNING' ? events.slice(0, recordedHistory.length) : events;
  return historyDifference(recordedHistory, seen, historyOrder);
};

const runExecution = async (recorded: ExecutionCase): Promise<Verdict> => {
  const { id } = recorded;
  const clock = clockOf(recorded);
  const engine = engineFor(clock, recorded.lambdas);
  try {
    for (const [name, definition] of Object.entries(recorded.otherStateMachines ?? {})) {
      await engine.createStateMachine({ name, definition: JSON.stringify(definition) });
    }
    const name = recorded.stateMachineName ?? 'sm-0';
    const { stateMachineArn } = await engine.createStateMachine({ name, definition: definitionText(recorded) });
    const input = recorded.inputText ?? JSON.stringify(recorded.input ?? {});
    const { executionArn } = await engine.startExecution({ stateMachineArn, name: 'exec-0', input });
    const description = await runToTheEnd(engine, clock, executionArn, recorded);
    const found = compare(recorded, description, engine.history(executionArn));
    return found === undefined ? { id, verdict: 'passed' } : { id, verdict: 'differed', difference: found };
  } catch (error) {
    return verdictOnError(id, error);
  } finally {
    engine.close();
  }
};

const runRefusal = async (recorded: RefusalCase): Promise<Verdict> => {
  const { id, expected } = recorded;
  const engine = engineFor(new VirtualClock(), {});
  try {
    await engine.createStateMachine({ name: 'sm-0', definition: definitionText(recorded) });
    return { id, verdict: 'differed', difference: 'the definition was accepted' };
  } catch (error) {
    return verdictOnRefusal(id, expected, error);
  } finally {
    engine.close();
  }
};

const runState = async (recorded: StateCase | StateRefusalCase): Promise<Verdict> => {
  const { id, lambdas = {} } = recorded;
  const clock = clockOf(recorded);
  const engine = engineFor(clock, lambdas);
  try {
    const asked = engine.testState(requestOf(recorded, definitionText(recorded)));
    const ended = asked.then(
      () => true,
      () => true,
    );
    const idle = async (): Promise<boolean> => engine.idle().then(() => false);
    while (!(await Promise.race([ended, idle()])) && clock.runNext());
    const answer = await asked;
    if (recorded.kind === 'test-state-refused')
      return { id, verdict: 'differed', difference: 'the request was accepted' };
    const found = answerDifference(recorded, answer);
    return found === undefined ? { id, verdict: 'passed' } : { id, verdict: 'differed', difference: found };
  } catch (error) {
    return recorded.kind === 'test-state' ? verdictOnError(id, error) : verdictOnRefusal(id, recorded.expected, error);
  } finally {
    engine.close();
  }
};

/** Runs one recorded case in its own engine. */
export const runCase = (recorded: RecordedCase): Promise<Verdict> => {
  switch (recorded.kind) {
    case 'execution':
      return runExecution(recorded);
    case 'create-refused':
      return runRefusal(recorded);
    case 'test-state':
    case 'test-state-refused':
      return runState(recorded);
  }
};
