import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';

/** Where a trigger puts what it could not get done. As long as a queue keeps anything, so that somebody has time to look. */
export const deadLetters = (scope: Construct, name: string): Queue => {
  const queue = new Queue(scope, 'DeadLetters', {
    queueName: `${name}-dead-letters`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const reason = 'It is the queue of dead letters. Nothing takes from it but people, whom an alarm calls.';
  accept(queue, { 'AwsSolutions-SQS3': reason, 'Serverless-SQSRedrivePolicy': reason });
  return queue;
};
