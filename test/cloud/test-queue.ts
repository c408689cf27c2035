import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { account } from './cloud.ts';

/** Anything in the account may send messages: a rule, a topic. */
const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': account } },
    },
  ],
});

/** A test's own queue, which keeps all messages. */
export class TestQueue {
  readonly arn: string;
  readonly #sqs: SQSClient;
  readonly #url: string;
  readonly #bodies: string[] = [];

  private constructor(sqs: SQSClient, url: string, arn: string) {
    this.#sqs = sqs;
    this.#url = url;
    this.arn = arn;
  }

  static async named(sqs: SQSClient, QueueName: string): Promise<TestQueue> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { Policy: policy } }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    return new TestQueue(sqs, QueueUrl, Attributes?.QueueArn ?? '');
  }

  /** Every message so far, in order of arrival. */
  async read(): Promise<readonly string[]> {
    for (;;) {
      const QueueUrl = this.#url;
      const { Messages = [] } = await this.#sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return this.#bodies;
      this.#bodies.push(...Messages.map(({ Body = '' }) => Body));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
}
