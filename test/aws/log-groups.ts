import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Place } from './place.ts';

/** One call of CloudWatch Logs, signed by hand: its client would be a large dependency for two calls. */
const callLogs = async (place: Place, operation: string, request: object): Promise<unknown> => {
  const { region, clients } = place;
  const url = new URL(place.logsUrl);
  const signer = new SignatureV4({
    ...{ service: 'logs', region, sha256: Sha256 },
    credentials: await clients.lambda.config.credentials(),
  });
  const body = JSON.stringify(request);
  const signed = await signer.sign({
    ...{ method: 'POST', protocol: url.protocol, hostname: url.hostname, path: '/', body },
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `Logs_20140328.${operation}`,
    },
  });
  const response = await fetch(url, { method: 'POST', headers: signed.headers, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${operation}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
};

/**
 * Deletes the log groups whose names begin like this: Lambda creates them itself for functions that CDK brings along.
 */
export const deleteLogGroups = async (place: Place, prefix: string): Promise<void> => {
  for (;;) {
    const answer = await callLogs(place, 'DescribeLogGroups', { logGroupNamePrefix: prefix });
    const { logGroups = [] } = answer as { readonly logGroups?: readonly { readonly logGroupName: string }[] };
    if (logGroups.length === 0) return;
    for (const { logGroupName } of logGroups) await callLogs(place, 'DeleteLogGroup', { logGroupName });
  }
};
