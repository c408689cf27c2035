/** The account of the embedded engine, which no account of AWS has: nothing of AWS is behind an ARN with it. */
const noAccount = '000000000000';

const arnPattern = /^arn:(aws[a-z-]*):states:([a-z0-9-]+):(\d{12}):execution:/;

/** What people and events are told of an execution: its ARN where it runs on AWS, and its page in the console. */
export const executionTold = (
  arn: string | undefined,
): { readonly execution_arn?: string; readonly console?: string } => {
  const [, partition, region, account] = arnPattern.exec(arn ?? '') ?? [];
  if (arn === undefined || account === undefined || account === noAccount) return {};
  // The consoles of other partitions (GovCloud, China) have hosts of their own.
  if (partition !== 'aws') return { execution_arn: arn };
  const host = `${region}.console.aws.amazon.com`;
  return {
    execution_arn: arn,
    console: `https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`,
  };
};
