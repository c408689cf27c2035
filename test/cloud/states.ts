import { join } from 'node:path';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeStateMachineCommand } from '@aws-sdk/client-sfn';
import { SystemRandom } from '../../lib/adapters/system-clock.ts';
import { SystemClock } from '../../lib/engine/clock.ts';
import { Engine } from '../../lib/engine/engine.ts';
import { FunctionFailure } from '../../lib/engine/failure.ts';
import { Journal } from '../../lib/engine/journal.ts';
import type { Json } from '../../lib/engine/json.ts';
import { listen } from '../../lib/engine/listen.ts';
import type { Invoke } from '../../lib/engine/runtime.ts';
import type { StatusChange } from '../../lib/engine/status-change.ts';
import type { Clients } from './clients.ts';
import { account, region } from './cloud.ts';

/** What Lambda's Node runtime answers when a handler throws. */
interface Thrown {
  readonly errorType?: string;
  readonly errorMessage?: string;
}

/** Calls deployed functions. An error of the service itself has Step Functions' name, `Lambda.…`. */
const invokeBy =
  (lambda: () => LambdaClient): Invoke =>
  async (name, payload) => {
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload) });
    const { FunctionError, Payload } = await lambda()
      .send(command)
      .catch((error: Error) => {
        throw Object.assign(new Error(error.message), { name: serviceError(error) });
      });
    const text = Payload?.transformToString() ?? '';
    if (FunctionError === undefined) return (text === '' ? null : JSON.parse(text)) as Json;
    const thrown = JSON.parse(text) as Thrown;
    throw new FunctionFailure(thrown.errorType ?? 'Error', thrown.errorMessage ?? '', { ...thrown });
  };

const serviceError = (error: Error & { readonly $fault?: string }): string =>
  `Lambda.${error.$fault === undefined ? 'SdkClientException' : error.name}`;

const isChild = ({ detail }: StatusChange): boolean => detail.stateMachineArn.includes('/');

/** On the default bus, as Step Functions does, which also tries once. */
const tellBus = async (events: EventBridgeClient, { source, detail, ...event }: StatusChange): Promise<void> => {
  const Detail = JSON.stringify(detail);
  const entry = { Source: source, DetailType: event['detail-type'], Detail, Resources: [detail.executionArn] };
  const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries: [entry] }));
  if (FailedEntryCount !== 0) throw new Error(`the bus has not taken ${Detail}`);
};

export interface States {
  readonly url: string;
  /** Reads the deployed definition of a machine, and runs it from now on. Returns its ARN. */
  take(machineArn: string): Promise<string>;
  close(): Promise<void>;
}

export interface StatesOptions {
  readonly folder: string;
  /** The emulator's address, before it runs: the engine and the emulator need each other. */
  readonly clients: () => Pick<Clients, 'lambda' | 'machines' | 'events'>;
}

/**
 * Step Functions of the emulated account: the embedded engine, because the emulator's own runs our definitions wrong.
 * It runs deployed machines, and calls deployed functions with the Invoke API.
 */
export const startStates = async ({ folder, clients }: StatesOptions): Promise<States> => {
  const engine = new Engine({
    journal: new Journal({ path: join(folder, 'engine.db') }),
    clock: new SystemClock(),
    random: new SystemRandom(),
    invoke: invokeBy(() => clients().lambda),
    account,
    region,
    onStatusChange: {
      of: ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
      // It is not certain that AWS reports the children of a Map.
      tell: (event) => void (isChild(event) ? undefined : tellBus(clients().events, event)),
    },
  });
  const server = await listen(engine);
  return {
    url: server.url,
    take: async (stateMachineArn) => {
      const command = new DescribeStateMachineCommand({ stateMachineArn });
      const { name = '', definition = '' } = await clients().machines.send(command);
      return (await engine.createStateMachine({ name, definition })).stateMachineArn;
    },
    close: async () => {
      await server.close();
      engine.close();
    },
  };
};
