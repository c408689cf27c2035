import type { Definition, Scope, State } from './machine.ts';

/** What must hold for the states of a machine or of a Map's items. */
export interface Expectation {
  /** The state that every error leads to. */
  readonly catchTo: string;
  /** States whose errors lead to another one, which leads its own to `catchTo`. */
  readonly goesOn?: Readonly<Record<string, string>>;
  /** States that catch nothing: the one above, and what comes after it. */
  readonly uncaught: readonly string[];
  /** Where an execution may end. */
  readonly ends: readonly string[];
  /** How many states the straight path may have. */
  readonly transitions?: number;
}

/** The keys that a function accepts. */
export interface Taken {
  /** For a function with several tasks, the one in question. */
  readonly task?: string | undefined;
  readonly required: readonly string[];
  readonly allowed: readonly string[];
}

/** What the lint knows from outside the state machine files. */
export interface Facts {
  readonly errorNames: ReadonlySet<string>;
  /** Functions by their name in the file, `PlanBatch`; with their keys, for each of their tasks. */
  readonly functions: ReadonlyMap<string, readonly Taken[]>;
  /** By the scope's name. */
  readonly expectations: Readonly<Record<string, Expectation>>;
}

/** A state in its place. */
export interface Place {
  readonly scope: Scope;
  readonly name: string;
  readonly state: State;
  readonly facts: Facts;
}

/** Rules look at one state each, or at a whole scope; they return problems. */
export interface Rules {
  readonly states?: Readonly<Record<string, (place: Place) => readonly string[]>>;
  readonly scopes?: Readonly<Record<string, (scope: Scope, facts: Facts) => readonly string[]>>;
  readonly definitions?: Readonly<Record<string, (definition: Definition) => readonly string[]>>;
}
