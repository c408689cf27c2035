import type { IncomingMessage } from 'node:http';
import { FlotillaError } from '../../domain/errors.ts';
import { type Actor, localActor, namesOf } from '../../domain/record/actor.ts';
import type { Holder } from '../tokens/token-book.ts';
import type { Failures } from './failures.ts';

export interface Tokens {
  holderOf(token: string): Holder;
}

/** Without tokens, anybody who can reach the server may do everything. */
export interface Admission {
  readonly tokens: (() => Promise<Tokens>) | undefined;
  readonly failures: Failures;
  /** The user who started the server, for requests with the server's own token. */
  readonly owner?: string | undefined;
}

/** Who sends a request; undefined for a health check without a token. Throws Unauthorized or TooManyRequests. */
export const admit = async (
  request: IncomingMessage,
  { tokens, failures, owner }: Admission,
): Promise<Actor | undefined> => {
  if (tokens === undefined) return withOwner(localActor, owner);
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const { holderOf } = await tokens();
  if (given === undefined && isHealthCheck(request)) return undefined;
  if (given === undefined && isReference(request)) return reader;
  const holder: Holder | undefined = given === undefined ? undefined : holderOf(given);
  if (holder !== undefined && 'actor' in holder) return withOwner(holder.actor, owner);
  const why = holder?.refused ?? 'none';
  const refusal = new FlotillaError('Unauthorized', words[why]);
  throw failures.add(request.socket.remoteAddress ?? 'unknown', `token ${why}`, refusal);
};

const withOwner = (actor: Actor, owner: string | undefined): Actor =>
  actor.subject === localActor.subject ? { ...actor, ...namesOf(owner) } : actor;

const isHealthCheck = ({ method, url }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && url === '/health';

/** The API's contract says nothing about its content, and a browser has no token to send. */
const reader: Actor = { kind: 'program', subject: 'reader', groups: [], scopes: ['read'], isNobody: true };

const isReference = ({ method, url }: IncomingMessage): boolean =>
  (method === 'GET' || method === 'HEAD') && (url === '/docs' || url === '/openapi.json');

const words = {
  none: 'Send a token of this server as Authorization: Bearer …',
  unknown: 'This is not a token of this server.',
  ended: 'This token has expired. Create a new one: flotilla token create.',
} as const;
