import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Where a trigger puts what it could not get done. As long as a queue keeps anything, so that somebody has time to look. */
export const deadLetters = (scope: Construct, name: string): Queue =>
  new Queue(scope, 'DeadLetters', {
    queueName: `${name}-dead-letters`,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
