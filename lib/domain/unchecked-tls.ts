import { FlotillaError } from './errors.ts';

/** Node's own switch. With it set, no certificate is checked, and credentials go to any server that answers. */
export const refuseUncheckedTls = (env: Readonly<Record<string, string | undefined>>): void => {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED !== '0') return;
  const instead = 'name the PEM file of a private authority in NODE_EXTRA_CA_CERTS instead';
  throw new FlotillaError(
    'ConfigurationInvalid',
    `NODE_TLS_REJECT_UNAUTHORIZED=0 turns off all certificate checks, so keys could go to anyone. Unset it; ${instead}.`,
  );
};
