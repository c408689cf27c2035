import type { CfnResource } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Has cfn-lint leave out a rule at this one resource. The reason stands beside it in the template. */
export const exemptFromLint = (construct: IConstruct, rule: string, reason: string): void =>
  (construct.node.defaultChild as CfnResource).addMetadata('cfn-lint', { config: { ignore_checks: [rule] }, reason });
