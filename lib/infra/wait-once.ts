import { CfnResource, Lazy } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A construct is its CloudFormation resource, or has one. */
const resourceOf = (construct: IConstruct): CfnResource => (construct.node.defaultChild ?? construct) as CfnResource;

/**
 * Whatever works by a role waits for the policy of that role, and no longer by name for the role itself. CDK lets it wait
 * for both, but a property names the role already: CloudFormation waits for that too, and cfn-lint warns of what is said
 * twice (W3005).
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
