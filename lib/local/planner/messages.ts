import type { ApiEvent } from '../../../functions/api/request.ts';
import { type ErrorName, errorNames, FlotillaError } from '../../domain/errors.ts';
import type { Actor } from '../../domain/record/actor.ts';

/** The thread's input. */
export type Work =
  | { readonly kind: 'request'; readonly event: ApiEvent; readonly actor: Actor }
  | { readonly kind: 'task'; readonly payload: unknown };

/** The ports that the thread uses in the main thread: storage and the engine. */
export const lentPorts = ['table', 'documents', 'uploads', 'anchors', 'workflow'] as const;
export type LentPort = (typeof lentPorts)[number];

export type ToThread =
  | { readonly kind: 'work'; readonly work: Work }
  | ({ readonly kind: 'called'; readonly call: number } & Result);

export type FromThread =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly port: LentPort;
      readonly method: string;
      readonly given: readonly unknown[];
    }
  | ({ readonly kind: 'done' } & Result);

export type Result = { readonly value: unknown } | { readonly error: SentError };

interface SentError {
  readonly name: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Runs something and turns its result into a message between threads. */
export const resultOf = async (run: () => Promise<unknown>): Promise<Result> => {
  try {
    return { value: await run() };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message, ...(error instanceof FlotillaError ? { details: error.details } : {}) } };
  }
};

/** Returns the value, or throws the error by its name. */
export const valueIn = (result: Result): unknown => {
  if ('value' in result) return result.value;
  const { name, message, details } = result.error;
  if (Object.hasOwn(errorNames, name)) throw new FlotillaError(name as ErrorName, message, details);
  throw Object.assign(new Error(message), { name });
};
