/** The parts of Flotilla that change batches and deployments, as `actor` of an event names them. */
export const parts = ['plan', 'dispatcher', 'executor', 'observer', 'record', 'finish'] as const;

/** What a token may be good for; `admin` is good for everything. */
export const scopes = ['read', 'logs', 'deploy', 'approve', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Who asks, as the token says that came with the request. */
export interface Actor {
  /** Some things a person has to decide, and no program. */
  readonly kind: 'person' | 'program';
  /** The name that events call it by. Nobody gives it to himself. */
  readonly subject: string;
  /** Of a program: which one it is. A person is not known by the program that he uses. */
  readonly client?: string;
  /** By what name an earlier version knew it, where that was another. */
  readonly formerly?: string;
  readonly groups: readonly string[];
  readonly scopes: readonly Scope[];
}

/** Whoever uses a server on one machine that asks for no token. */
export const localActor: Actor = { kind: 'person', subject: 'local', groups: [], scopes: ['admin'] };

/** Who asked for a change. Consumers tell parts from people by this name alone, so nobody may go by that of a part. */
export const personNamed = (name: string): string => (parts.some((part) => part === name) ? `user:${name}` : name);

export const hasScope = ({ scopes: held }: Pick<Actor, 'scopes'>, scope: Scope): boolean =>
  held.includes(scope) || held.includes('admin');
