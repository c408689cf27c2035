import type { Json } from '../json.ts';
import type { Expression } from '../jsonata/expression.ts';
import type { ReferencePath } from './reference-path.ts';

/** A value of the definition, ready to evaluate: literals with expressions anywhere inside. */
export type Template =
  | { readonly kind: 'literal'; readonly value: Json }
  /** `location` is the field as messages name it, for example `Output/result`. */
  | { readonly kind: 'expression'; readonly expression: Expression; readonly location: string }
  /** In Assign of a JSONPath state. `field` is the key as written, with its `.$`. */
  | { readonly kind: 'path'; readonly path: ReferencePath; readonly field: string }
  | { readonly kind: 'list'; readonly members: readonly Template[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Template])[] };

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds: number | undefined;
  readonly hasFullJitter: boolean;
}

/** What a state does when it is left. Both templates see the same snapshot of the variables. */
export interface Exit {
  readonly assign: Template | undefined;
  readonly output: Template | undefined;
}

export interface Catcher extends Exit {
  readonly errorEquals: readonly string[];
  readonly next: string;
}

interface CommonState extends Exit {
  readonly name: string;
  /** JSON pointer of the state in the definition. */
  readonly pointer: string;
  /** Absent if the state ends its branch. */
  readonly next: string | undefined;
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface ChoiceRule extends Exit {
  readonly condition: Template;
  readonly next: string;
}

/**
 * What a Task calls: a function through lambda:invoke (with or without waiting for a token), or a function by its own
 * ARN.
 */
export type TaskResource =
  | { readonly kind: 'invoke'; readonly waitsForToken: boolean }
  | { readonly kind: 'function'; readonly arn: string };

export type PassState = CommonState & { readonly type: 'Pass' };
export type SucceedState = CommonState & { readonly type: 'Succeed' };
export type FailState = CommonState & {
  readonly type: 'Fail';
  readonly error: Template | undefined;
  readonly cause: Template | undefined;
};
export type ChoiceState = CommonState & {
  readonly type: 'Choice';
  readonly choices: readonly ChoiceRule[];
  readonly defaultNext: string | undefined;
};
export type WaitState = CommonState & {
  readonly type: 'Wait';
  readonly seconds: Template | undefined;
  readonly timestamp: Template | undefined;
};
export type TaskState = CommonState & {
  readonly type: 'Task';
  readonly resource: TaskResource;
  readonly arguments: Template | undefined;
  readonly timeoutSeconds: Template | undefined;
  readonly heartbeatSeconds: Template | undefined;
};
export type MapState = CommonState & {
  readonly type: 'Map';
  readonly processor: Program;
  readonly isDistributed: boolean;
  readonly label: string;
  readonly items: Template | undefined;
  readonly itemSelector: Template | undefined;
  readonly maxConcurrency: Template | undefined;
  readonly toleratedFailureCount: Template | undefined;
  readonly toleratedFailurePercentage: Template | undefined;
};
export type ParallelState = CommonState & {
  readonly type: 'Parallel';
  readonly branches: readonly Program[];
  readonly arguments: Template | undefined;
};

export type State =
  | PassState
  | SucceedState
  | FailState
  | ChoiceState
  | WaitState
  | TaskState
  | MapState
  | ParallelState;

export type StateType = State['type'];

/** A level of states: the machine itself, a branch of a Parallel, or a Map's item processor. */
export interface Program {
  /** JSON pointer in the definition; empty for the machine. */
  readonly pointer: string;
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

/** A completely read definition. */
export interface Definition {
  readonly program: Program;
  readonly timeoutSeconds: number | undefined;
  /** Every program of the definition, by pointer. */
  readonly programs: ReadonlyMap<string, Program>;
}
