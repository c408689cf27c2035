import { Aws, Fn, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * The path of the role of `publish-events`. What only the publisher may do is denied to roles of every other path. A
 * later stack creates the role itself, with a name that CloudFormation chooses. IAM is global, so the path contains the
 * region.
 */
export const publisherPath = (service: string): string => Fn.join('', ['/', service, '/', Aws.REGION, '/publisher/']);

/** The ARN of that role, as `aws:PrincipalArn` shows it in each request. */
const publisherRoles = (scope: IConstruct, service: string): string =>
  Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `${service}/${Aws.REGION}/publisher/*`,
  });

/**
 * The condition of a statement that denies something to everybody but the publisher. AWS services get in by other
 * statements, or not at all.
 */
export const notThePublisher = (scope: IConstruct, service: string) => ({
  ArnNotLike: { 'aws:PrincipalArn': publisherRoles(scope, service) },
  Bool: { 'aws:PrincipalIsAWSService': 'false' },
});
