import { Stack } from 'aws-cdk-lib';
import { type EventBus, EventField, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';

export interface NotificationsProps {
  readonly name: string;
  readonly bus: EventBus;
  readonly email: string | undefined;
}

/** The topic that tells people: every alarm, and how each batch ended. */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { name, bus, email }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Flotilla', enforceSSL: true });
    // A policy of its own takes the place of the one by which alarms of the account may publish.
    const alarms = new ServicePrincipal('cloudwatch.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    });
    this.topic.grantPublish(alarms);
    const queue = deadLetters(this, `${name}-notifications`);
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: queue }));
    const field = (name: string): string => EventField.fromPath(`$.detail.${name}`);
    const text = `Batch ${field('batch_id')} has ended: ${field('to')} (${field('reason')}). ${field('message')}`;
    new Rule(this, 'BatchEnds', {
      description: 'Flotilla: how each batch ended',
      eventBus: bus as IEventBus, // CDK's own types are not made for exactOptionalPropertyTypes
      eventPattern: { source: ['flotilla'], detailType: ['Batch Status Change'], detail: { actor: ['finish'] } },
      targets: [new SnsTopic(this.topic, { message: RuleTargetInput.fromText(text), deadLetterQueue: queue })],
    });
  }
}
