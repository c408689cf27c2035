import { FlotillaError } from '../domain/errors.ts';

const signIn = 'sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and so on';

/** By the error's name. AWS has several names for one problem. */
const remedies: Readonly<Record<string, string>> = {
  CredentialsProviderError: `There are no AWS credentials: ${signIn}.`,
  ExpiredToken: `The AWS credentials have expired: ${signIn}.`,
  ExpiredTokenException: `The AWS credentials have expired: ${signIn}.`,
  InvalidClientTokenId: `AWS does not know these credentials: ${signIn}.`,
  UnrecognizedClientException: `AWS does not know these credentials: ${signIn}.`,
};

/** Adds what to do where the SDK only says what is missing. Returns any other error unchanged. */
export const awsRefusal = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  // The missing region has no error name of its own.
  const remedy =
    error.message === 'Region is missing'
      ? 'There is no AWS region: set AWS_REGION, or AWS_PROFILE to a profile that has one.'
      : remedies[error.name];
  if (remedy === undefined) return error;
  return new FlotillaError('ConfigurationInvalid', `${remedy} (${error.message})`, {}, error);
};
