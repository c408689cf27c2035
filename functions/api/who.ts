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

/** Says who sends a request; throws Unauthorized where nobody knows. `told` is whom the embedded server has let in. */
export type Identify = (event: ApiEvent, told: Actor | undefined) => Actor;

/**
 * Whom the embedded server has let in. Whoever has its data folder may say in whose name that is: it changes no right, and all that
 * stands in the folder is theirs anyway.
 */
export const asTold: Identify = (event, told = localActor) => {
  const name = headerOf(event, nameHeader);
  if (name === undefined) return told;
  if (told.subject !== localActor.subject) throw nameRefused();
  return { ...told, ...namesOf(textOfHeader(name)) };
};

/** Else a record would show a name that nobody vouches for. */
const nameRefused = (): FlotillaError =>
  new FlotillaError(
    'Forbidden',
    'Who asks is told by the token here. Only the own token of a server on one machine may say in whose name: leave --by and $FLOTILLA_BY out.',
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
 * By the token that the authorizer has verified. Without an authorizer nobody has, so nobody is let in. Clients are called by
 * their names, where the stage has given them some.
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
      throw new FlotillaError('Unauthorized', 'This token names nobody: it has neither sub nor client_id.');
    // Keys have room for no more, and two names must not become one.
    if (subject.length > longestSubject)
      throw new FlotillaError('Unauthorized', `The name in this token is longer than ${longestSubject} characters.`);
    const groups = groupsOf(event, claims);
    const isOfProgram = subject === client || isMarkedProgram(claims, clientId);
    const isPerson = groups.length > 0 && !isOfProgram;
    return {
      kind: isPerson ? 'person' : 'program',
      subject: personNamed(subject),
      ...namesOf(textOf(claims, 'name'), isVerified(claims) ? textOf(claims, 'email') : undefined),
      // A person who logged in by a program is not that program, whatever is known of him.
      ...(isOfProgram && client !== undefined ? { client } : {}),
      // Before clients had names they went by their ids.
      ...(named === clientId && clientId !== undefined && clientId !== subject ? { formerly: clientId } : {}),
      groups,
      scopes: scopesOf(claims),
      ...(subject === client || isProgramForCertain(claims, clientId) ? {} : { lent: true }),
    };
  };

/** Of an issuer that calls clients as people know them. */
export const byToken: Identify = byTokenOf(new Map());

/** Refuses who has neither this scope nor `admin`. */
export const checkScope = (actor: Actor, scope: Scope): void => {
  if (hasScope(actor, scope)) return;
  const has = actor.scopes.length === 0 ? 'none of them' : actor.scopes.map(named).join(', ');
  const message =
    actor.roles === undefined
      ? `This needs a token with the scope ${named(scope)}; this one has ${has}.`
      : `This needs the scope ${named(scope)}; as ${actor.roles.join(' and ')} you have ${has}.`;
  throw new FlotillaError('Forbidden', message);
};

/** API Gateway writes what is true or false as a text. */
const isVerified = ({ email_verified }: Claims): boolean => String(email_verified) !== 'false';

/** How issuers mark a token that a program has got for itself. Keycloak gives such a client a user of its own, with groups. */
const isMarkedProgram = (claims: Claims, clientId = ''): boolean =>
  isMarkedByIssuer(claims) || claims.preferred_username === `service-account-${clientId}`;

const isMarkedByIssuer = ({ gty, idtyp }: Claims): boolean => gty === 'client-credentials' || idtyp === 'app';

/**
 * Where people choose their names, one may be called like the account of a program, which takes rights but must give none. Keycloak
 * says besides, of the token of such an account alone, which client it is: `client_id`, before version 21 `clientId`.
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

/** Words with spaces between; API Gateway writes a claim that is a list as `[one two]`. */
const wordsOf = (claim: unknown): readonly string[] =>
  typeof claim === 'string' ? claim.split(/[\s,[\]]+/).filter((word) => word !== '') : [];

const groupClaims = ['cognito:groups', 'groups'] as const;

/**
 * Groups are read from the token itself, which the authorizer has verified: API Gateway writes a list as `[one two]`, so that
 * nobody can tell the group `risk admins` from the groups `risk` and `admins`.
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
