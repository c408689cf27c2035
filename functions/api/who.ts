import { FlotillaError } from '../../lib/domain/errors.ts';
import {
  type Actor,
  hasScope,
  localActor,
  nameHeader,
  namesOf,
  personNamed,
  type Scope,
  scopes,
} from '../../lib/domain/record/actor.ts';
import { longestSubject } from '../../lib/domain/record/keys.ts';
import { type ApiEvent, headerOf } from './request.ts';

/** Says who sends a request. Throws Unauthorized if that is unknown. `told` is whom the embedded server let in. */
export type Identify = (event: ApiEvent, told: Actor | undefined) => Actor;

/**
 * The caller that the embedded server let in. Anyone with access to its data folder may act under any name: that
 * changes no right, and everything in the folder is theirs anyway.
 */
export const asTold: Identify = (event, told = localActor) => {
  const name = headerOf(event, nameHeader);
  if (name === undefined) return told;
  if (told.subject !== localActor.subject) throw nameRefused();
  return { ...told, ...namesOf(textOfHeader(name)) };
};

/** Otherwise a record would show a name that nobody vouches for. */
const nameRefused = (): FlotillaError =>
  new FlotillaError(
    'Forbidden',
    'The token says who asks. Only the own token of a server on one machine may name somebody else: remove --by and $FLOTILLA_BY.',
  );

const textOfHeader = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FlotillaError('RequestInvalid', `The header ${nameHeader} has a percent sign that encodes nothing.`);
  }
};

type Claims = Readonly<Record<string, unknown>>;

/**
 * By the token that the authorizer verified. Without an authorizer nobody is let in. Clients go by the names that the
 * stage gives them.
 */
export const byTokenOf =
  (clientNames: ReadonlyMap<string, string>): Identify =>
  (event) => {
    const claims = event.requestContext.authorizer?.jwt?.claims;
    if (claims === undefined) throw new FlotillaError('Unauthorized', 'Send a token as Authorization: Bearer …');
    if (headerOf(event, nameHeader) !== undefined) throw nameRefused();
    const clientId = textOf(claims, 'client_id', 'azp', 'cid');
    const named = textOf(claims, 'sub') ?? clientId;
    const client = clientId === undefined ? undefined : (clientNames.get(clientId) ?? clientId);
    const subject = named === clientId ? client : named;
    if (subject === undefined)
      throw new FlotillaError('Unauthorized', 'This token names nobody: it has no sub and no client_id.');
    // Keys have no more room, and two names must not become one.
    if (subject.length > longestSubject)
      throw new FlotillaError('Unauthorized', `The name in this token is longer than ${longestSubject} characters.`);
    const groups = groupsOf(event, claims);
    const isOfProgram = subject === client || isMarkedProgram(claims, clientId);
    const isPerson = groups.length > 0 && !isOfProgram;
    return {
      kind: isPerson ? 'person' : 'program',
      subject: personNamed(subject),
      ...namesOf(textOf(claims, 'name'), isVerified(claims) ? textOf(claims, 'email') : undefined),
      // A person who logged in through a program is not that program, whatever is known about them.
      ...(isOfProgram && client !== undefined ? { client } : {}),
      // Before clients had names they went by their ids.
      ...(named === clientId && clientId !== undefined && clientId !== subject ? { formerly: clientId } : {}),
      groups,
      scopes: scopesOf(claims),
      ...(subject === client || isProgramForCertain(claims, clientId) ? {} : { lent: true }),
    };
  };

/** For an issuer whose client names are those that people know. */
export const byToken: Identify = byTokenOf(new Map());

/** Refuses a caller with neither this scope nor `admin`. */
export const checkScope = (actor: Actor, scope: Scope): void => {
  if (hasScope(actor, scope)) return;
  const has = actor.scopes.length === 0 ? 'none of them' : actor.scopes.map(named).join(', ');
  const message =
    actor.roles === undefined
      ? `This needs a token with the scope ${named(scope)}; this one has ${has}.`
      : `This needs the scope ${named(scope)}; as ${actor.roles.join(' and ')} you have ${has}.`;
  throw new FlotillaError('Forbidden', message);
};

/** API Gateway writes booleans as text. */
const isVerified = ({ email_verified }: Claims): boolean => String(email_verified) !== 'false';

/** How issuers mark a token that a program got for itself. Keycloak gives such a client its own user, with groups. */
const isMarkedProgram = (claims: Claims, clientId = ''): boolean =>
  isMarkedByIssuer(claims) || claims.preferred_username === `service-account-${clientId}`;

const isMarkedByIssuer = ({ gty, idtyp }: Claims): boolean => gty === 'client-credentials' || idtyp === 'app';

/**
 * Where people choose their names, one may be called like a program's account. This check takes rights away but must
 * never give any. In the token of such an account only, Keycloak also names the client: `client_id`, before version 21
 * `clientId`.
 */
const isProgramForCertain = (claims: Claims, clientId: string | undefined): boolean =>
  isMarkedByIssuer(claims) ||
  (isMarkedProgram(claims, clientId) && [claims.client_id, claims.clientId].includes(clientId));

const textOf = (claims: Claims, ...names: readonly string[]): string | undefined =>
  names.map((name) => claims[name]).find((value): value is string => typeof value === 'string' && value !== '');

const named = (scope: Scope): string => `flotilla/${scope}`;

const scopesOf = (claims: Claims): readonly Scope[] => {
  const held = [...wordsOf(claims.scope), ...wordsOf(claims.scp)];
  return scopes.filter((scope) => held.includes(named(scope)));
};

/** Words separated by spaces. API Gateway writes a list claim as `[one two]`. */
const wordsOf = (claim: unknown): readonly string[] =>
  typeof claim === 'string' ? claim.split(/[\s,[\]]+/).filter((word) => word !== '') : [];

const groupClaims = ['cognito:groups', 'groups'] as const;

/**
 * Reads groups from the token itself, which the authorizer verified. API Gateway writes a list as `[one two]`, where
 * the group `risk admins` looks like the groups `risk` and `admins`.
 */
const groupsOf = (event: ApiEvent, claims: Claims): readonly string[] => {
  const written = claimsWritten(event);
  const isSame = written !== undefined && written.sub === claims.sub && written.iss === claims.iss;
  const source = isSame ? written : claims;
  const groups = groupClaims.flatMap((name) => listIn(source[name]));
  return [...new Set(groups)].sort();
};

const listIn = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((one): one is string => typeof one === 'string' && one !== '') : [];

const claimsWritten = (event: ApiEvent): Claims | undefined => {
  const [, payload = ''] = headerOf(event, 'authorization')?.split('.') ?? [];
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
};
