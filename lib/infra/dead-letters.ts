import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';

/**
 * Where a trigger puts messages that failed. It keeps them as long as a queue can, so that somebody has time to look.
 */
export const deadLetters = (scope: Construct, name: string): Queue => {
  const queue = new Queue(scope, 'DeadLetters', {
    queueName: `${name}-dead-letters`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const reason = 'This is the dead-letter queue. Only people read it, after an alarm.';
  accept(queue, { 'AwsSolutions-SQS3': reason, 'Serverless-SQSRedrivePolicy': reason });
  return queue;
};
