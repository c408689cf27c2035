import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import type { Handler } from './handler.ts';

export interface SweepScheduleProps {
  readonly name: string;
  readonly handler: Handler;
}

/**
 * Calls the sweeper every minute. A call that failed is not repeated, by the rule or by Lambda: the next minute looks at
 * the same things.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { name, handler: { lambda } }: SweepScheduleProps) {
    super(scope, id);
    const queue = deadLetters(this, `${name}-sweeper`);
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    lambda.configureAsyncInvoke({ ...once, onFailure: new SqsDestination(queue) });
    new Rule(this, 'EveryMinute', {
      description: 'Flotilla: lost callbacks, expired leases, batches that nothing moves',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(lambda, { ...once, deadLetterQueue: queue })],
    });
  }
}
