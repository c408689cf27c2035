import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import type { Clients } from './clients.ts';
import type { Cloud } from './cloud.ts';
import { TestQueue } from './test-queue.ts';

/** An event as a consumer of the bus gets it. */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly detail: {
    readonly event_id: string;
    readonly batch_id: string;
    readonly number: number;
    readonly key?: string;
    readonly to: string;
    readonly execution_arn?: string;
  };
}

export const queueName = 'everything';

/** A queue behind a rule that a user adds to the bus: it receives every event of ours. */
export class BusQueue {
  readonly #queue: TestQueue;

  private constructor(queue: TestQueue) {
    this.#queue = queue;
  }

  static async behind({ sqs, events }: Clients, { bus }: Cloud): Promise<BusQueue> {
    const queue = await TestQueue.named(sqs, queueName);
    const rule = { Name: queueName, EventBusName: bus, EventPattern: JSON.stringify({ source: ['flotilla'] }) };
    await events.send(new PutRuleCommand(rule));
    const Targets = [{ Id: 'queue', Arn: queue.arn }];
    await events.send(new PutTargetsCommand({ Rule: rule.Name, EventBusName: bus, Targets }));
    return new BusQueue(queue);
  }

  /** Every event so far, in order of arrival. */
  async read(): Promise<readonly BusEvent[]> {
    return (await this.#queue.read()).map((body) => JSON.parse(body) as BusEvent);
  }
}
