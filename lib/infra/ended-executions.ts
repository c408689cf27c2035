import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';
import type { Handler } from './handler.ts';
import type { MachineArns } from './machine-arns.ts';

export interface EndedExecutionsProps {
  readonly name: string;
  readonly handler: Handler;
  readonly batch: MachineArns;
  readonly watch: MachineArns;
}

/**
 * Calls a function for each execution of ours that was stopped, failed or timed out. Step Functions tells of it on the default bus,
 * whoever stopped it. Whether it tells of the children of a Map is not documented: their pattern stands here too, and the sweeper does
 * without. It does the same within a minute, so a call is repeated for as long and no longer.
 */
export class EndedExecutions extends Construct {
  constructor(scope: Construct, id: string, { name, handler: { lambda }, batch, watch }: EndedExecutionsProps) {
    super(scope, id);
    const queue = deadLetters(this, `${name}-executions`);
    const again = { retryAttempts: 2, maxEventAge: Duration.minutes(10) };
    lambda.configureAsyncInvoke({ ...again, onFailure: new SqsDestination(queue) });
    new Rule(this, 'NotSucceeded', {
      description: 'Flotilla: executions that were stopped, failed or timed out',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          status: ['ABORTED', 'FAILED', 'TIMED_OUT'],
          stateMachineArn: [batch.machine, watch.machine, { prefix: `${batch.machine}/` }],
        },
      },
      targets: [new LambdaFunction(lambda, { ...again, deadLetterQueue: queue })],
    });
  }
}
