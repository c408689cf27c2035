import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { FlotillaError } from '../domain/errors.ts';
import { awsPatience } from './aws-patience.ts';
import type { AwsCredentials } from './eks-token.ts';

/** Which role to assume. The session name appears in the other account's audit log. */
export interface RoleToAssume {
  readonly role: string;
  readonly externalId?: string | undefined;
  readonly session: string;
}

export interface AssumedRoleOptions extends RoleToAssume {
  readonly client: STSClient;
  readonly now?: () => number;
}

/** Credentials are renewed this many milliseconds before they expire: a token signed with them may still be in use. */
const early = 5 * 60_000;

/** The credentials of a role in another account, cached while they are valid. */
export class AssumedRole {
  readonly #options: AssumedRoleOptions;
  #kept: { readonly credentials: Promise<AwsCredentials>; until: number } | undefined;

  constructor(options: AssumedRoleOptions) {
    this.#options = options;
  }

  /** Throws ClusterUnavailable. */
  credentials(): Promise<AwsCredentials> {
    const now = this.#options.now?.() ?? Date.now();
    if (this.#kept !== undefined && now < this.#kept.until) return this.#kept.credentials;
    const kept = { credentials: this.#assume(), until: Number.POSITIVE_INFINITY };
    this.#kept = kept;
    kept.credentials.then(
      ({ expiration }) => {
        kept.until = (expiration?.getTime() ?? 0) - early;
      },
      () => {
        if (this.#kept === kept) this.#kept = undefined;
      },
    );
    return kept.credentials;
  }

  async #assume(): Promise<AwsCredentials> {
    const { client, role, externalId, session } = this.#options;
    const asked = { RoleArn: role, RoleSessionName: session, ...(externalId && { ExternalId: externalId }) };
    const { Credentials: given } = await client.send(new AssumeRoleCommand(asked)).catch((error: unknown) => {
      throw notAssumed(this.#options, error);
    });
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
      ...(given?.Expiration === undefined ? {} : { expiration: given.Expiration }),
    };
  }
}

export const assumedRole = (options: RoleToAssume, region: string): AssumedRole =>
  new AssumedRole({ ...options, client: new STSClient({ ...awsPatience, region }) });

/** STS's message does not contain the external id, and neither does ours. */
const notAssumed = ({ role, externalId }: RoleToAssume, error: unknown): FlotillaError => {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const isRefused = name === 'AccessDenied' || name === 'AccessDeniedException';
  const trust = `its trust policy has to name the role of this function${externalId === undefined ? '' : ', with the external id of the configuration'}`;
  const allowed = 'and aws.cluster_roles of the stage has to name it';
  const why = isRefused
    ? `is not given to us: ${trust}, ${allowed} (${message})`
    : `cannot be assumed: ${name}: ${message}`;
  return new FlotillaError(
    'ClusterUnavailable',
    `the role ${role} ${why}`,
    isRefused ? { permanent: true } : {},
    error,
  );
};
