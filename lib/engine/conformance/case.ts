import type { Json, JsonObject } from '../json.ts';

/** How a function of a case behaves. */
export type LambdaBehaviour =
  | { readonly kind: 'identity' }
  | { readonly kind: 'return'; readonly value: Json }
  | { readonly kind: 'raise'; readonly errorType: string; readonly errorMessage: string }
  | { readonly kind: 'sleep'; readonly seconds: number; readonly then: LambdaBehaviour }
  | { readonly kind: 'formatInput'; readonly prefix: string }
  | { readonly kind: 'returnLargeString'; readonly char: string; readonly length: number };

export interface RecordedEvent {
  readonly id: number | null;
  readonly previousEventId: number | null;
  readonly type: string;
  readonly details?: JsonObject;
}

interface CommonCase {
  readonly id: string;
  readonly queryLanguage: string;
  readonly features: readonly string[];
  readonly tags?: readonly string[];
  readonly definition?: Json;
  readonly definitionText?: string;
}

export type ExecutionCase = CommonCase & {
  readonly kind: 'execution';
  readonly input?: Json;
  readonly inputText?: string;
  readonly lambdas: Readonly<Record<string, LambdaBehaviour>>;
  readonly stateMachineName?: string;
  readonly otherStateMachines?: Readonly<Record<string, Json>>;
  readonly clock?: string;
  readonly historyOrder?: 'exact' | 'concurrent' | 'parallel-sorted';
  readonly expected: {
    readonly status: string;
    readonly output?: Json;
    readonly error?: Json;
    readonly cause?: Json;
    readonly history?: readonly RecordedEvent[];
  };
};

export type RefusalCase = CommonCase & {
  readonly kind: 'create-refused';
  readonly expected: { readonly refused: true; readonly code?: string; readonly message?: string };
};

/** A request to TestState. JSON texts in `request` are parsed one level deep, and so are those in the expectation. */
type StateQuestion = CommonCase & {
  readonly request: JsonObject;
  readonly input?: Json;
  readonly lambdas?: Readonly<Record<string, LambdaBehaviour>>;
  readonly clock?: string;
};

export type StateCase = StateQuestion & { readonly kind: 'test-state'; readonly expected: JsonObject };

export type StateRefusalCase = StateQuestion & {
  readonly kind: 'test-state-refused';
  readonly expected: RefusalCase['expected'];
};

/** One recorded case. */
export type RecordedCase = ExecutionCase | RefusalCase | StateCase | StateRefusalCase;

export const caseKinds = [
  'execution',
  'create-refused',
  'test-state',
  'test-state-refused',
] as const satisfies readonly RecordedCase['kind'][];

/** How a case went. `refused` names the features that the engine does not run. */
export type Verdict =
  | { readonly id: string; readonly verdict: 'passed' }
  | { readonly id: string; readonly verdict: 'refused'; readonly features: readonly string[] }
  | { readonly id: string; readonly verdict: 'differed'; readonly difference: string };
