import { ArnFormat, type Stack } from 'aws-cdk-lib';

/**
 * A machine's ARNs, built from its fixed name. Its definition names its functions, and those name the machine: taken
 * from the construct, this would be circular.
 */
export interface MachineArns {
  readonly name: string;
  readonly machine: string;
  /** A Distributed Map runs its children as `<machine>/<label>`, which IAM treats as a separate machine. */
  readonly children: string;
  readonly executions: string;
  readonly childExecutions: string;
}

export const machineArnsOf = (stack: Stack, name: string): MachineArns => {
  const arn = (resource: string, resourceName: string): string =>
    stack.formatArn({ service: 'states', resource, resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  return {
    name,
    machine: arn('stateMachine', name),
    children: arn('stateMachine', `${name}/*`),
    executions: arn('execution', `${name}:*`),
    childExecutions: arn('execution', `${name}/*`),
  };
};

export const machineNames = ['batch', 'watch', 'preview'] as const;
export type Machines = Readonly<Record<(typeof machineNames)[number], MachineArns>>;

/** All machines of a stage. */
export const machinesOf = (stack: Stack, name: string): Machines =>
  Object.fromEntries(machineNames.map((one) => [one, machineArnsOf(stack, `${name}-${one}`)])) as unknown as Machines;
