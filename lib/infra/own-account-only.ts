import { Aws, type IAspect, Lazy, Stack } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnTopicPolicy } from 'aws-cdk-lib/aws-sns';
import { CfnQueuePolicy } from 'aws-cdk-lib/aws-sqs';
import type { IConstruct } from 'constructs';

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, object>>;
}

interface Document {
  readonly Statement: readonly Statement[];
}

/**
 * Adds the account wherever a service is let in. CDK writes the policies for rule targets, their queues and the API
 * itself. They name the caller (`aws:SourceArn`) but not its account. `test/infra/resource-policies.test.ts` walks all
 * policies and names those where one of the two is missing.
 */
export class OwnAccountOnly implements IAspect {
  visit(node: IConstruct): void {
    if (node instanceof CfnPermission) node.sourceAccount ??= Aws.ACCOUNT_ID;
    if (!(node instanceof CfnQueuePolicy || node instanceof CfnTopicPolicy)) return;
    const { policyDocument } = node;
    // As late as possible: other aspects still add statements.
    node.policyDocument = Lazy.any({ produce: () => withAccount(Stack.of(node).resolve(policyDocument)) });
  }
}

const withAccount = (document: Document): Document => ({
  ...document,
  Statement: document.Statement.map((statement) =>
    isForService(statement) ? { ...statement, Condition: conditionOf(statement) } : statement,
  ),
});

const isForService = ({ Effect, Principal }: Statement): boolean =>
  Effect === 'Allow' && typeof Principal === 'object' && Principal !== null && 'Service' in Principal;

const conditionOf = ({ Condition = {} }: Statement): Readonly<Record<string, object>> => ({
  ...Condition,
  StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID, ...Condition.StringEquals },
});
