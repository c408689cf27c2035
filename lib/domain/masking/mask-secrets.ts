import { withoutCredentials } from './addresses.ts';
import { withoutNamedSecrets } from './named-secrets.ts';
import { withoutPrivateKeys } from './private-keys.ts';
import { withoutTokens } from './tokens.ts';

/**
 * A text of somebody else without what looks like a secret: private keys, credentials in addresses, values whose name says what they
 * are, tokens that can be known by their form. Names stay. A log is given as a whole: a key has many lines.
 *
 * It looks at every line that is recorded, and somebody else chooses what stands there. So the work grows with the length of a text and
 * no faster: whatever is looked at twice is bounded.
 */
export const maskSecrets = (text: string): string =>
  withoutTokens(withoutNamedSecrets(withoutCredentials(withoutPrivateKeys(text))));
