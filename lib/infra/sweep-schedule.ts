import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { Handler } from './handler.ts';

/** Calls the sweeper every minute. A call that failed is not repeated: the next minute looks at the same things. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, handler: Handler) {
    super(scope, id);
    new Rule(this, 'EveryMinute', {
      description: 'Flotilla: lost callbacks, expired leases, batches that nothing moves',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(handler.lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
