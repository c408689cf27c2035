import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnSecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { addOutput } from './add-output.ts';
import { missingEndpoints, neededEndpoints } from './endpoints.ts';
import { pascalCase } from './functions-table.ts';
import type { PlaceSettings } from './place-settings.ts';

/** What Lambda does with network interfaces, using the function's role. */
const interfaceActions: readonly string[] = [
  ...[
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
  ],
  ...['ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses'],
];

export interface FunctionPlaceProps {
  readonly name: string;
  readonly settings: PlaceSettings;
  /** Clusters of other accounts are reached through a role there. */
  readonly assumesRoles: boolean;
  readonly service: string;
}

/**
 * A network with copies of the functions that ask clusters. It belongs to somebody else: we look nothing up there and
 * change only one security group.
 */
export class FunctionPlace extends Construct {
  readonly #settings: PlaceSettings;
  readonly #group: CfnSecurityGroup;

  constructor(scope: Construct, id: string, { name, settings, assumesRoles, service }: FunctionPlaceProps) {
    super(scope, id);
    this.#settings = settings;
    this.#group = new CfnSecurityGroup(this, 'Group', {
      groupDescription: `Flotilla ${service}: functions in ${name}, outbound HTTPS only`,
      vpcId: settings.vpc,
      securityGroupEgress: ['0.0.0.0/0', '::/0'].map((range) => ({
        ...{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, description: 'HTTPS' },
        ...(range.includes(':') ? { cidrIpv6: range } : { cidrIp: range }),
      })),
    });
    const needed = neededEndpoints(assumesRoles);
    const missing = missingEndpoints(settings, needed);
    const value = settings.nat ? 'none: it has NAT' : missing.length === 0 ? 'none' : missing.join(' ');
    const description = `VPC endpoints that functions in ${name} need and that the settings of this network do not list.`;
    addOutput(this, `MissingEndpoints${pascalCase(name)}`, { value, description });
    if (missing.length === 0) return;
    const hint = `make them, and name them in aws.places.${name}.endpoints, or say nat: true`;
    Annotations.of(this).addWarningV2(
      `flotilla:missing-endpoints-${name}`,
      `The network of the place ${name} has no way to ${missing.join(', ')}: ${hint}`,
    );
  }

  /** Puts a function into the network. */
  take(lambda: Lambda, role: Role): void {
    const { subnets, securityGroups } = this.#settings;
    (lambda.node.defaultChild as CfnFunction).vpcConfig = {
      subnetIds: [...subnets],
      securityGroupIds: [this.#group.attrGroupId, ...securityGroups],
    };
    const rule = { actions: [...interfaceActions], resources: ['*'] };
    role.addToPolicy(new PolicyStatement(rule));
    // Lambda itself needs this right, and checks it for all resources. The function's code must not have it.
    const ownArn = Stack.of(this).formatArn({
      ...{ service: 'lambda', resource: 'function', resourceName: nameOf(lambda) },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const conditions = { ArnEquals: { 'lambda:SourceFunctionArn': ownArn } };
    role.addToPolicy(new PolicyStatement({ ...rule, effect: Effect.DENY, conditions }));
  }
}

const nameOf = (lambda: Lambda): string => (lambda.node.defaultChild as CfnFunction).functionName ?? '';
