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
 * Calls a function for each of our executions that was stopped, failed or timed out. Step Functions sends these events
 * to the default bus. AWS does not document whether it sends them for the children of a Map. Their pattern is here too,
 * and the sweeper does not rely on it. The sweeper does the same within a minute, so a call is retried for a minute
 * only.
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
