import { FlotillaError } from '../domain/errors.ts';
import { causeOfRefusal } from './refusal.ts';

/** Why a server could not use its address. */
export const cannotListen = (error: NodeJS.ErrnoException, address: string): FlotillaError => {
  const message = `Nothing can listen on ${address}: ${causeOfRefusal('listen', error)}.`;
  return new FlotillaError('ConfigurationInvalid', message, { address }, error);
};
