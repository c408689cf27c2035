import type { Configuration } from './catalogue.ts';

/** The content of a stage's secret. */
export interface HarnessSecret {
  /** Where it may be sent: write access to the document alone cannot redirect it. */
  readonly host: string;
  readonly api_key: string;
  /** By `pillar` or `pillar/service_name`. */
  readonly webhook_tokens: Readonly<Record<string, string>>;
}

/**
 * Splits a configuration into the two parts that AWS stores separately: the document, which many may read, and the
 * secret.
 */
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
