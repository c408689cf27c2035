import { ArnFormat, Stack } from 'aws-cdk-lib';
import { type EventBus, EventField, type IEventBus, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';

export interface NotificationsProps {
  readonly name: string;
  readonly bus: EventBus;
  readonly email: string | undefined;
}

/** The topic that notifies people: every alarm, and how each batch ended. */
export class Notifications extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { name, bus, email }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { displayName: 'Flotilla', enforceSSL: true });
    // An explicit policy replaces the default one, which lets the account's alarms publish.
    const alarmsOfStage = Stack.of(this).formatArn({
      service: 'cloudwatch',
      resource: 'alarm',
      resourceName: `${name}-*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.#letPublish('cloudwatch.amazonaws.com', alarmsOfStage);
    const queue = deadLetters(this, `${name}-notifications`);
    if (email !== undefined) this.topic.addSubscription(new EmailSubscription(email, { deadLetterQueue: queue }));
    const field = (name: string): string => EventField.fromPath(`$.detail.${name}`);
    const text = `Batch ${field('batch_id')} has ended: ${field('to')} (${field('reason')}). ${field('message')}`;
    const rule = new Rule(this, 'BatchEnds', {
      description: 'Flotilla: how each batch ended',
      eventBus: bus as IEventBus, // CDK's types do not fit exactOptionalPropertyTypes
      eventPattern: { source: ['flotilla'], detailType: ['Batch Status Change'], detail: { actor: ['finish'] } },
    });
    // CDK's own topic target would let every rule of every account publish.
    const input = RuleTargetInput.fromText(text);
    rule.addTarget({ bind: () => ({ arn: this.topic.topicArn, input, deadLetterConfig: { arn: queue.queueArn } }) });
    this.#letPublish('events.amazonaws.com', rule.ruleArn);
    queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('events.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { ArnEquals: { 'aws:SourceArn': rule.ruleArn } },
      }),
    );
  }

  /** The ARN limits a service to the one intended source; `OwnAccountOnly` adds the account. */
  #letPublish(service: string, source: string): void {
    const publisher = new ServicePrincipal(service, { conditions: { ArnLike: { 'aws:SourceArn': source } } });
    this.topic.grantPublish(publisher);
  }
}
