import { Duration, Stack } from 'aws-cdk-lib';
import { type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { notThePublisher } from './publisher.ts';

export interface ChangesBusProps {
  readonly name: string;
  /** The stage's name, by which its publisher is known. */
  readonly service: string;
  /** Whether it keeps its events to be played again. */
  readonly archive: boolean;
}

/** The bus that tells every change of a batch or a deployment. Nobody but the publisher puts anything on it. */
export class ChangesBus extends EventBus {
  constructor(scope: Construct, id: string, { name, service, archive }: ChangesBusProps) {
    super(scope, id, { eventBusName: name, description: 'Every change of a batch or a deployment' });
    const onlyThePublisher = new PolicyStatement({
      sid: 'OnlyThePublisher',
      effect: Effect.DENY,
      principals: [new StarPrincipal()],
      actions: ['events:PutEvents'],
      // By its name: a bus that names its own ARN would wait for itself.
      resources: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: name })],
      conditions: notThePublisher(this, service),
    });
    (this.node.defaultChild as CfnEventBus).policy = new PolicyDocument({ statements: [onlyThePublisher] });
    if (!archive) return;
    this.archive('Archive', {
      eventPattern: { source: ['flotilla'] },
      retention: Duration.days(90),
      description: 'Every event of Flotilla, to be played again',
    });
  }
}
