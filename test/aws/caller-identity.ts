import { type AwsCredentials, eksToken } from '../../lib/adapters/eks-token.ts';

const prefix = 'k8s-aws-v1.';

/**
 * Who signed a token of an EKS cluster, as its control plane finds out: by asking STS. Undefined for a token that STS
 * refuses.
 */
export const signerOf = async (token: string, cluster: string): Promise<string | undefined> => {
  const url = URL.parse(Buffer.from(token.replace(prefix, ''), 'base64url').toString());
  if (!token.startsWith(prefix) || url === null || !/^sts\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/.test(url.hostname))
    return undefined;
  const response = await fetch(url, { headers: { 'x-k8s-aws-id': cluster } });
  const text = await response.text();
  return response.ok ? /<Arn>([^<]+)<\/Arn>/.exec(text)?.[1] : undefined;
};

/** The ARN of these credentials; undefined when AWS refuses them. */
export const callerOf = async (region: string, credentials: AwsCredentials): Promise<string | undefined> => {
  const cluster = 'nobody';
  return signerOf(await eksToken({ cluster, region }, credentials, new Date()), cluster);
};
