import { ArnFormat, type Stack } from 'aws-cdk-lib';

/**
 * The ARNs of a machine, made of its fixed name. A machine's definition names its functions and those functions name the
 * machine: taken from the construct itself, the two would wait for each other for ever.
 */
export interface MachineArns {
  readonly name: string;
  readonly machine: string;
  /** A Distributed Map runs its children as `<machine>/<label>`, a machine of its own in the eyes of IAM. */
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
