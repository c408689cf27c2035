import { CfnResource, Lazy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A construct is its CloudFormation resource, or has one. */
const resourceOf = (construct: IConstruct): CfnResource => (construct.node.defaultChild ?? construct) as CfnResource;

/**
 * Makes everything that uses a role wait for the role's policy, and no longer by name for the role itself. CDK adds
 * both, but a property already names the role. CloudFormation waits for that too, and cfn-lint warns about the
 * duplicate (W3005).
 */
export const waitOnce = (construct: IConstruct, role: IConstruct): void => {
  const resource = resourceOf(construct);
  const produce = (): string[] =>
    resource
      .obtainDependencies()
      .filter((needed) => CfnResource.isCfnResource(needed))
      .filter((needed) => needed !== resourceOf(role))
      .map(({ logicalId }) => logicalId)
      .sort();
  resource.addOverride('DependsOn', Lazy.list({ produce }, { omitEmpty: true }));
};
