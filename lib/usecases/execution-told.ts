/** The embedded engine's account id. No AWS account has it, so an ARN with it leads to nothing on AWS. */
const noAccount = '000000000000';

const arnPattern = /^arn:(aws[a-z-]*):states:([a-z0-9-]+):(\d{12}):execution:/;

/** What views and events say about an execution: its ARN, if it runs on AWS, and its page in the AWS console. */
export const executionTold = (
  arn: string | undefined,
): { readonly execution_arn?: string; readonly console?: string } => {
  const [, partition, region, account] = arnPattern.exec(arn ?? '') ?? [];
  if (arn === undefined || account === undefined || account === noAccount) return {};
  // Other partitions (GovCloud, China) have consoles at other hosts.
  if (partition !== 'aws') return { execution_arn: arn };
  const host = `${region}.console.aws.amazon.com`;
  return {
    execution_arn: arn,
    console: `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`,
  };
};
