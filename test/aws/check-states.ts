import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeStateMachineCommand,
  type InspectionErrorDetails,
  type SFNClient,
  TestStateCommand,
} from '@aws-sdk/client-sfn';
import { SystemClock } from '../../lib/engine/clock.ts';
import { Engine } from '../../lib/engine/engine.ts';
import { Journal } from '../../lib/engine/journal.ts';
import { coveredBy, toBeCovered } from '../state-cases/coverage.ts';
import { differencesOf, type MachineName, requestOf } from '../state-cases/state-case.ts';
import { allStateCases } from '../state-cases/state-cases.ts';

/** TestState accepts 10 requests a second, from the whole account. */
const pause = 120;

interface Handled {
  readonly status?: string | undefined;
  readonly inspectionData?: { readonly errorDetails?: unknown } | undefined;
}

const handlerIn = ({ inspectionData }: Handled): string => {
  const { catchIndex, retryIndex } = (inspectionData?.errorDetails ?? {}) as InspectionErrorDetails;
  return catchIndex === undefined ? `Retry[${retryIndex}]` : `Catch[${catchIndex}]`;
};

/** Which Catch or Retry handled an error, for the embedded engine and for AWS. */
const handlerDifference = (own: Handled, theirs: Handled): readonly string[] => {
  const isHandled = own.status === 'RETRIABLE' || own.status === 'CAUGHT_ERROR';
  if (!isHandled || own.status !== theirs.status || handlerIn(own) === handlerIn(theirs)) return [];
  return [`taken by ${handlerIn(theirs)}, and not by ${handlerIn(own)}`];
};

/**
 * Asks TestState about every state of the deployed machines: the table that the embedded engine passes in `npm test`,
 * with the deployed definitions. Returns the number of questions; throws with every answer that differs.
 */
export const checkStates = async (
  states: SFNClient,
  machines: Readonly<Record<MachineName, string>>,
): Promise<number> => {
  const engine = new Engine({
    ...{ journal: new Journal({ path: ':memory:' }), clock: new SystemClock(), random: { next: () => 0.5 } },
    invoke: () => Promise.reject(new Error('nothing is called')),
  });
  const definitions = new Map<MachineName, string>();
  for (const [name, stateMachineArn] of Object.entries(machines) as [MachineName, string][]) {
    const { definition = '' } = await states.send(new DescribeStateMachineCommand({ stateMachineArn }));
    definitions.set(name, definition);
  }
  const cases = await allStateCases();
  const wrong: string[] = [];
  const covered = new Set<string>();
  for (const one of cases) {
    const request = requestOf(one, definitions.get(one.machine) ?? '');
    const say = (line: string): void => void wrong.push(`${one.machine} ${one.state}, ${one.title}: ${line}`);
    try {
      const [answer] = await Promise.all([states.send(new TestStateCommand(request)), sleep(pause)]);
      const own = await engine.testState(request);
      for (const line of [...differencesOf(one, answer), ...handlerDifference(own, answer)]) say(line);
      for (const way of coveredBy(one, answer)) covered.add(way);
    } catch (error) {
      say(String(error));
    }
  }
  engine.close();
  const open = toBeCovered().filter((way) => !covered.has(way));
  const lines = [...wrong, ...open.map((way) => `not seen: ${way}`)];
  if (lines.length > 0) throw new Error(`TestState answers ${lines.length} times otherwise:\n${lines.join('\n')}`);
  return cases.length;
};
