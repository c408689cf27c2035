import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { FlotillaError } from '../domain/errors.ts';

/** A stack's outputs by name. Throws ConfigurationInvalid if there is no such stack. */
export const readStackOutputs = async (
  stack: string,
  client = new CloudFormationClient({}),
): Promise<Readonly<Record<string, string>>> => {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
  } catch (error) {
    // CloudFormation has no error name for a stack that does not exist.
    if (!(error instanceof Error) || error.name !== 'ValidationError') throw error;
    const region = await client.config.region();
    throw new FlotillaError('ConfigurationInvalid', `There is no stack ${stack} in ${region} in this account.`);
  }
};
