import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import type { Handler } from './handler.ts';

export interface SurveyScheduleProps {
  readonly name: string;
  readonly handler: Handler;
}

/**
 * Has clusters surveyed every two minutes: a difference counts when two surveys have seen it, so it is told within five. A call that failed
 * is not repeated: the next one looks at the same things.
 */
export class SurveySchedule extends Construct {
  constructor(scope: Construct, id: string, { name, handler: { lambda } }: SurveyScheduleProps) {
    super(scope, id);
    const queue = deadLetters(this, `${name}-survey`);
    const once = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };
    lambda.configureAsyncInvoke({ ...once, onFailure: new SqsDestination(queue) });
    new Rule(this, 'EveryTwoMinutes', {
      description: 'Flotilla: what runs in the clusters against what was deployed there',
      schedule: Schedule.rate(Duration.minutes(2)),
      targets: [new LambdaFunction(lambda, { ...once, deadLetterQueue: queue })],
    });
  }
}
