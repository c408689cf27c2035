import { FlotillaError } from './errors.ts';

/** Node's own switch: with it, nobody's certificate is checked, and every credential goes to whoever answers. */
export const refuseUncheckedTls = (env: Readonly<Record<string, string | undefined>>): void => {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  const instead = 'name the PEM file of a private authority in NODE_EXTRA_CA_CERTS instead';
  throw new FlotillaError(
    'ConfigurationInvalid',
    `NODE_TLS_REJECT_UNAUTHORIZED=0 switches the check of every certificate off, and keys would go to anybody: take it away; ${instead}.`,
  );
};
