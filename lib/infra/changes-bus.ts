import { Duration, Stack } from 'aws-cdk-lib';
import { type CfnEventBus, EventBus } from 'aws-cdk-lib/aws-events';
import { Effect, PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { notThePublisher } from './publisher.ts';

export interface ChangesBusProps {
  readonly name: string;
  /** The stage's name, which identifies its publisher. */
  readonly service: string;
  /** Whether it archives its events for replay. */
  readonly archive: boolean;
}

/** The bus with every change of a batch or a deployment. Only the publisher puts events on it. */
export class ChangesBus extends EventBus {
  constructor(scope: Construct, id: string, { name, service, archive }: ChangesBusProps) {
    super(scope, id, { eventBusName: name, description: 'Every change of a batch or a deployment' });
    const onlyThePublisher = new PolicyStatement({
      sid: 'OnlyThePublisher',
      effect: Effect.DENY,
      principals: [new StarPrincipal()],
      actions: ['events:PutEvents'],
      // By name: a bus that refers to its own ARN would be a circular dependency.
      resources: [Stack.of(this).formatArn({ service: 'events', resource: 'event-bus', resourceName: name })],
      conditions: notThePublisher(this, service),
    });
    (this.node.defaultChild as CfnEventBus).policy = new PolicyDocument({ statements: [onlyThePublisher] });
    if (!archive) return;
    this.archive('Archive', {
      eventPattern: { source: ['flotilla'] },
      retention: Duration.days(90),
      description: 'Every event of Flotilla, for replay',
    });
  }
}
