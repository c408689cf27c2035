import { withoutCredentials } from './addresses.ts';
import { withoutNamedSecrets } from './named-secrets.ts';
import { withoutPrivateKeys } from './private-keys.ts';
import { withoutTokens } from './tokens.ts';

/**
 * Removes what looks like a secret from a foreign text: private keys, credentials in addresses, values named as
 * secrets, and tokens of known form. Names stay. Pass a log as a whole: a key spans many lines. Every recorded line
 * passes through here, and others choose its content. So the work must grow only linearly with the length: anything
 * scanned twice is bounded.
 */
export const maskSecrets = (text: string): string =>
  withoutTokens(withoutNamedSecrets(withoutCredentials(withoutPrivateKeys(text))));
