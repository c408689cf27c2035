import { Aws, Fn, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The path of the role of `publish-events`. What only the publisher may do is denied to every role of another path: the role
 * itself is made by a later stack, with a name that CloudFormation chooses. IAM knows no regions, so the path has one.
 */
export const publisherPath = (service: string): string => Fn.join('', ['/', service, '/', Aws.REGION, '/publisher/']);

/** The ARN of that role, as it stands in `aws:PrincipalArn` of each of its requests. */
const publisherRoles = (scope: IConstruct, service: string): string =>
  Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `${service}/${Aws.REGION}/publisher/*`,
  });

/** The condition of a statement that denies something to all but the publisher. Services of AWS are let in by other means, or not at all. */
export const notThePublisher = (scope: IConstruct, service: string) => ({
  ArnNotLike: { 'aws:PrincipalArn': publisherRoles(scope, service) },
  Bool: { 'aws:PrincipalIsAWSService': 'false' },
});
