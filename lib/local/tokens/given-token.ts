import { FlotillaError } from '../../domain/errors.ts';
import { fewestCharacters, isSecret } from '../secret-file.ts';

/** Throws ConfigurationInvalid for one that could be guessed. */
export const checkGivenToken = (token: string): void => {
  if (isSecret(token)) return;
  const message =
    `The token in $FLOTILLA_TOKEN has ${token.length} characters, and one that lets in has ${fewestCharacters} or more, ` +
    'without spaces. Leave it unset: the server makes one by itself.';
  throw new FlotillaError('ConfigurationInvalid', message);
};
