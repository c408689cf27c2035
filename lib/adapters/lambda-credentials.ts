import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Replaces the SDK's chain of credential providers in the bundles: on Lambda the environment always has the credentials
 * of the function's role. The chain includes clients for login, single sign-on and metadata, 110 KB that a cold start
 * would read and never run.
 */
export const defaultProvider = (): ReturnType<typeof fromEnv> => fromEnv();
