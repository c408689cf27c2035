/** Regions look like `eu-central-1`; the embedded engine's do not, and its executions have no console. */
const arnPattern = /^arn:aws:states:([a-z]{2}(?:-[a-z]+)+-\d):(\d{12}):execution:/;

/** What an event tells of the execution that runs a deployment. */
export const executionTold = (arn: string | undefined): Readonly<Record<string, string>> => {
  const console = executionConsoleLink(arn);
  return { ...(arn === undefined ? {} : { execution_arn: arn }), ...(console === undefined ? {} : { console }) };
};

/** The page of an execution in the console of AWS; undefined for one that does not run there. */
export const executionConsoleLink = (arn: string | undefined): string | undefined => {
  const found = arnPattern.exec(arn ?? '');
  if (found === null || found[2] === '000000000000') return undefined;
  const region = found[1];
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${arn}`;
};
