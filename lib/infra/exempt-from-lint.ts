import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Makes cfn-lint skip a rule at this resource only. The template has the reason beside it. */
export const exemptFromLint = (construct: IConstruct, rule: string, reason: string): void =>
  (construct.node.defaultChild as CfnResource).addMetadata('cfn-lint', { config: { ignore_checks: [rule] }, reason });
