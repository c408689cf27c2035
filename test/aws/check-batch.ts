import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Api, Deployment, Ended } from '../cloud/api.ts';
import type { BusEvent } from '../cloud/bus-queue.ts';
import type { Place } from './place.ts';

const pick = (from: object, fields: readonly string[]): object =>
  Object.fromEntries(Object.entries(from).filter(([field]) => fields.includes(field)));

/** Each deployment had its expected outcome; without a table all must have succeeded. */
const checkOutcomes = ({ batch, deployments }: Ended, outcomes: Readonly<Record<string, object>> | undefined): void => {
  if (outcomes === undefined) {
    const bad = Object.values(deployments).filter(({ status }) => status !== 'SUCCESS');
    assert.equal(batch.status, 'SUCCESS', JSON.stringify(bad));
    return;
  }
  const told = Object.entries(deployments).map(([key, one]) => [key, pick(one, Object.keys(outcomes[key] ?? {}))]);
  assert.deepEqual(Object.fromEntries(told), outcomes, JSON.stringify(deployments));
  assert.equal(batch.status, 'FAILED');
};

type Linked = Deployment & { readonly console?: string };

/** The batch is one execution of its name, each deployment is a child of its own, and each links to its execution. */
const checkExecutions = async ({ clients }: Place, { batchId, batch, deployments }: Ended): Promise<void> => {
  const statusOf = async (executionArn = 'none'): Promise<string | undefined> =>
    (await clients.states.send(new DescribeExecutionCommand({ executionArn }))).status;
  assert.equal(batch.execution_arn?.split(':').at(-1), batchId);
  assert.equal(await statusOf(batch.execution_arn), 'SUCCEEDED');
  const children = Object.values(deployments) as readonly Linked[];
  assert.equal(new Set(children.map(({ execution_arn }) => execution_arn)).size, children.length);
  for (const { key, execution_arn, console } of children) {
    assert.match(execution_arn ?? '', /-batch\/Deployments:/, key);
    assert.equal(await statusOf(execution_arn), 'SUCCEEDED', key);
    assert.ok(console?.startsWith('https://') && console.endsWith(execution_arn ?? ''), `${key}: ${console}`);
  }
};

/** Every event of the feed reaches a queue behind a rule on the bus. */
const checkEvents = async ({ clients }: Place, queue: string, { batchId, feed }: Ended): Promise<void> => {
  const numbers = feed.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => at + 1),
  );
  const open = new Set(numbers);
  for (const since = Date.now(); open.size > 0 && Date.now() - since < 120_000; await sleep(200)) {
    const ask = { QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 };
    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand(ask));
    for (const { Body = '' } of Messages) {
      const { detail } = JSON.parse(Body) as BusEvent;
      if (detail.batch_id === batchId) open.delete(detail.number);
    }
    if (Messages.length === 0) continue;
    const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
    await clients.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries }));
  }
  assert.deepEqual([...open], [], 'events of the feed that did not come by the bus');
};

export interface BatchRun {
  readonly api: Api;
  readonly text: string;
  readonly outcomes: Readonly<Record<string, object>> | undefined;
  /** After the bus. */
  readonly queue: string;
}

/** Sends a batch to the deployed API and follows it to its end. */
export const checkBatch = async (place: Place, { api, text, outcomes, queue }: BatchRun): Promise<Ended> => {
  const ended = await api.follow(await api.begin(text));
  checkOutcomes(ended, outcomes);
  await checkExecutions(place, ended);
  await checkEvents(place, queue, ended);
  return ended;
};
