import type { Configuration } from './catalogue.ts';

/** What the secret of a stage holds. */
export interface HarnessSecret {
  /** Where it may be sent: whoever may write the document only cannot lead it elsewhere. */
  readonly host: string;
  readonly api_key: string;
  /** By `pillar` or `pillar/service_name`. */
  readonly webhook_tokens: Readonly<Record<string, string>>;
}

/** A configuration in the two parts that are kept apart on AWS: the document, which many may read, and the secret. */
export const splitSecrets = ({
  catalogue,
  connections,
}: Configuration): { readonly document: object; readonly secret: HarnessSecret | undefined } => {
  if (connections.harness.kind !== 'real') return { document: { catalogue, connections }, secret: undefined };
  const { api_key, webhook_tokens, ...harness } = connections.harness;
  return {
    document: { catalogue, connections: { ...connections, harness } },
    secret: { host: new URL(harness.base_url).host, api_key, webhook_tokens },
  };
};
