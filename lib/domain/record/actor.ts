import { foreignText } from './foreign-text.ts';

/** The parts of Flotilla that change batches and deployments, as `actor` of an event names them. */
export const parts = ['plan', 'dispatcher', 'executor', 'observer', 'record', 'finish', 'survey'] as const;

/** What a token may be good for; `admin` is good for everything. */
export const scopes = ['read', 'logs', 'deploy', 'approve', 'impersonate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Who asks, as the token says that came with the request. */
export interface Actor {
  /** Some things a person has to decide, and no program. */
  readonly kind: 'person' | 'program';
  /** The name that events call it by. Nobody gives it to himself. */
  readonly subject: string;
  /** How a person or a program is called. Many choose it themselves: it is shown beside the subject, and decides nothing. */
  readonly name?: string;
  /** Shown like the name, and decides nothing either. */
  readonly email?: string;
  /** Of a program: which one it is. A person is not known by the program that he uses. */
  readonly client?: string;
  /** By what name an earlier version knew it, where that was another. */
  readonly formerly?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly Scope[];
  /** Reads what is open to everybody, and has not said who it is. */
  readonly isNobody?: true;
  /** Its scopes are those of the client that somebody logged in by, and not given to whoever that is. */
  readonly lent?: true;
  /** What a table of roles says of it, and its scopes are no more than that: see `withRoles`. */
  readonly roles?: readonly string[];
}

/** A name or an e-mail address as it may be shown and kept: one line, not long. Undefined where nothing is left of it. */
export const shownName = (text: string | undefined): string | undefined =>
  foreignText(text ?? '', longestName)
    .replaceAll(/\s+/g, ' ')
    .trim() || undefined;

/** Longer than an e-mail address can be. */
const longestName = 255;

/** By which the command line says in whose name it asks, percent-encoded: a header has ASCII only. */
export const nameHeader = 'flotilla-by';

/** By `name` and `email`, as far as they are known. */
export const namesOf = (name: string | undefined, email?: string): Pick<Actor, 'name' | 'email'> => {
  const shown = { name: shownName(name), email: shownName(email) };
  return {
    ...(shown.name === undefined ? {} : { name: shown.name }),
    ...(shown.email === undefined ? {} : { email: shown.email }),
  };
};

/** Whoever uses a server on one machine that asks for no token. */
export const localActor: Actor = { kind: 'person', subject: 'local', groups: [], scopes: ['admin'] };

/** Who asked for a change. Consumers tell parts from people by this name alone, so nobody may go by that of a part. */
export const personNamed = (name: string): string => (parts.some((part) => part === name) ? `user:${name}` : name);

/** That somebody may ask in the name of others is said for itself: `admin` is not enough. */
export const mayImpersonate = ({ scopes: held }: Pick<Actor, 'scopes'>): boolean => held.includes('impersonate');

export const hasScope = ({ scopes: held }: Pick<Actor, 'scopes'>, scope: Scope): boolean =>
  held.includes(scope) || held.includes('admin');
