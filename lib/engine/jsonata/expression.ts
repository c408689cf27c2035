import jsonata from 'jsonata';
import { type Json, toPlainJson } from '../json.ts';
import { absentFunctions, type JsonataSources, stepFunctionsJsonata } from './functions.ts';

/** A compiled expression. Returns undefined if it returns nothing; throws what JSONata throws. */
export interface Expression {
  readonly text: string;
  evaluate(bindings: Record<string, unknown>): Promise<Json | undefined>;
}

/** An expression's time limit: the engine shares its thread with everything else. */
const longestMilliseconds = 5000;
/** Deep enough for any honest recursion, shallow enough for the stack. */
const deepest = 500;

/** All function names that an expression calls. */
const calledFunctions = (node: unknown, found = new Set<string>()): Set<string> => {
  if (Array.isArray(node)) for (const member of node) calledFunctions(member, found);
  else if (typeof node === 'object' && node !== null) {
    const call = node as { type?: unknown; procedure?: { type?: unknown; value?: unknown } };
    if (call.type === 'function' && call.procedure?.type === 'variable') found.add(String(call.procedure.value));
    for (const member of Object.values(node)) calledFunctions(member, found);
  }
  return found;
};

/** The message of whatever JSONata threw: an Error, or a plain object with code and message. */
export const jsonataMessage = (thrown: unknown): string => {
  const { code, message } = thrown as { code?: unknown; message?: unknown };
  const text = typeof message === 'string' ? message : String(thrown);
  return typeof code === 'string' ? `${code}: ${text}` : text;
};

/** Compiles expressions, each text once, with Step Functions' functions. */
export class ExpressionCompiler {
  readonly #functions: ReturnType<typeof stepFunctionsJsonata>;
  readonly #cache = new Map<string, Expression>();

  constructor(sources: JsonataSources) {
    this.#functions = stepFunctionsJsonata(sources);
  }

  /** Throws an Error with JSONata's message if Step Functions would not accept the text. */
  compile(text: string): Expression {
    const known = this.#cache.get(text);
    if (known !== undefined) return known;
    const expression = this.#compile(text);
    this.#cache.set(text, expression);
    return expression;
  }

  #compile(text: string): Expression {
    let compiled: jsonata.Expression;
    try {
      compiled = jsonata(text, { timeout: longestMilliseconds, stack: deepest });
    } catch (thrown) {
      throw new Error(jsonataMessage(thrown));
    }
    const called = calledFunctions(compiled.ast());
    const absent = absentFunctions.find((name) => called.has(name));
    if (absent !== undefined) throw new Error(`the function $${absent} is not available`);
    for (const [name, { implementation, signature }] of Object.entries(this.#functions)) {
      compiled.registerFunction(name, implementation as (...args: unknown[]) => unknown, signature);
    }
    for (const name of absentFunctions) compiled.assign(name, undefined);
    // There is no context item: `$` and bare field names are undefined, as in Step Functions.
    return { text, evaluate: async (bindings) => toPlainJson(await compiled.evaluate(undefined, bindings)) };
  }
}
