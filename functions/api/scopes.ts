import { FlotillaError } from '../../lib/domain/errors.ts';
import type { ApiEvent } from './request.ts';

/** What a token may be good for; `admin` is good for everything. */
export type Scope = 'read' | 'deploy' | 'approve' | 'admin';

/** Looks whether a request may do what needs this scope; throws Unauthorized or Forbidden. */
export type Admit = (event: ApiEvent, scope: Scope) => void;

const named = (scope: Scope): string => `flotilla/${scope}`;

/** By the token that the authorizer has verified. Without an authorizer nobody has, so nobody is let in. */
export const admitByToken: Admit = ({ requestContext }, scope) => {
  const claims = requestContext.authorizer?.jwt?.claims;
  if (claims === undefined) throw new FlotillaError('Unauthorized', 'Send a token as Authorization: Bearer …');
  const held = [...wordsOf(claims.scope), ...wordsOf(claims.scp)];
  if (held.includes(named(scope)) || held.includes(named('admin'))) return;
  const has = held.length === 0 ? 'no scope' : held.join(', ');
  throw new FlotillaError('Forbidden', `This needs a token with the scope ${named(scope)}; this one has ${has}.`);
};

/** Words with spaces between; API Gateway writes a claim that is a list as `[one two]`. */
const wordsOf = (claim: unknown): readonly string[] =>
  typeof claim === 'string' ? claim.split(/[\s,[\]]+/).filter((word) => word !== '') : [];
