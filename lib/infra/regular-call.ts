import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import type { Handler } from './handler.ts';

export interface RegularCallProps {
  /** Of its dead-letter queue. */
  readonly name: string;
  readonly handler: Handler;
  readonly rule: { readonly id: string; readonly every: Duration; readonly description: string };
}

/**
 * Calls a function on a schedule. Neither the rule nor Lambda retries a failed call: the next one looks at the same
 * things.
 */
export class RegularCall extends Construct {
  constructor(scope: Construct, id: string, { name, handler: { lambda }, rule }: RegularCallProps) {
    super(scope, id);
    const queue = deadLetters(this, name);
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    lambda.configureAsyncInvoke({ ...once, onFailure: new SqsDestination(queue) });
    new Rule(this, rule.id, {
      description: rule.description,
      schedule: Schedule.rate(rule.every),
      targets: [new LambdaFunction(lambda, { ...once, deadLetterQueue: queue })],
    });
  }
}
