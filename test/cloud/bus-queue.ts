import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Clients, Cloud } from './cloud.ts';

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

/** A queue behind a rule that a user adds to the bus: every event of ours comes into it. */
export class BusQueue {
  readonly #clients: Clients;
  readonly #url: string;
  readonly #events: BusEvent[] = [];

  private constructor(clients: Clients, url: string) {
    this.#clients = clients;
    this.#url = url;
  }

  static async behind(clients: Clients, { bus }: Cloud): Promise<BusQueue> {
    const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: queueName }));
    const { Attributes } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const rule = { Name: queueName, EventBusName: bus, EventPattern: JSON.stringify({ source: ['flotilla'] }) };
    await clients.events.send(new PutRuleCommand(rule));
    const Targets = [{ Id: 'queue', Arn: Attributes?.QueueArn ?? '' }];
    await clients.events.send(new PutTargetsCommand({ Rule: rule.Name, EventBusName: bus, Targets }));
    return new BusQueue(clients, QueueUrl);
  }

  /** Every event so far, in the order in which they came. */
  async read(): Promise<readonly BusEvent[]> {
    for (;;) {
      const QueueUrl = this.#url;
      const { Messages = [] } = await this.#clients.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return this.#events;
      this.#events.push(...Messages.map(({ Body = '' }) => JSON.parse(Body) as BusEvent));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await this.#clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}
