import { foreignText } from './foreign-text.ts';

/** The parts of Flotilla that change batches and deployments, by the name in an event's `actor`. */
export const parts = ['plan', 'dispatcher', 'executor', 'observer', 'record', 'finish', 'survey'] as const;

/** The scopes of a token. `admin` includes all others except `impersonate`. */
export const scopes = ['read', 'logs', 'deploy', 'approve', 'impersonate', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** The caller, as the request's token identifies it. */
export interface Actor {
  /** Some decisions are for people, not programs. */
  readonly kind: 'person' | 'program';
  /** The name in events. Nobody can choose it for themselves. */
  readonly subject: string;
  /** A display name. Many people choose it themselves, so it is only shown beside the subject and decides nothing. */
  readonly name?: string;
  /** Shown like the name, and decides nothing either. */
  readonly email?: string;
  /** For a program: which one. A person is not identified by the program they use. */
  readonly client?: string;
  /** Its name in an earlier version, if it was different. */
  readonly formerly?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly Scope[];
  /** Reads only what is open to everyone and has not identified itself. */
  readonly isNobody?: true;
  /** Its scopes come from the client that somebody logged in through; they were not given to that person. */
  readonly lent?: true;
  /** Its roles in a table of roles, which limit its scopes: see `withRoles`. */
  readonly roles?: readonly string[];
}

/** A name or an e-mail address for display and storage: one short line. Undefined if nothing is left of it. */
export const shownName = (text: string | undefined): string | undefined =>
  foreignText(text ?? '', longestName)
    .replaceAll(/\s+/g, ' ')
    .trim() || undefined;

/** No e-mail address is longer. */
const longestName = 255;

/**
 * The header in which the command line names the person it acts for. Percent-encoded, because headers are ASCII only.
 */
export const nameHeader = 'flotilla-by';

/** `name` and `email`, as far as they are known. */
export const namesOf = (name: string | undefined, email?: string): Pick<Actor, 'name' | 'email'> => {
  const shown = { name: shownName(name), email: shownName(email) };
  return {
    ...(shown.name === undefined ? {} : { name: shown.name }),
    ...(shown.email === undefined ? {} : { email: shown.email }),
  };
};

/** Anyone who uses a single-machine server that asks for no token. */
export const localActor: Actor = { kind: 'person', subject: 'local', groups: [], scopes: ['admin'] };

/**
 * The person who asked for a change. Consumers tell people from parts by this name alone, so no person may have a
 * part's name.
 */
export const personNamed = (name: string): string => (parts.some((part) => part === name) ? `user:${name}` : name);

/** Acting for others needs its own scope: `admin` is not enough. */
export const mayImpersonate = ({ scopes: held }: Pick<Actor, 'scopes'>): boolean => held.includes('impersonate');

export const hasScope = ({ scopes: held }: Pick<Actor, 'scopes'>, scope: Scope): boolean =>
  held.includes(scope) || held.includes('admin');
