import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Json, JsonObject } from '../json.ts';

/**
 * Catalogue expressions in CEL, the language of Kubernetes' own rules. CEL has no loops or recursion and cannot leave
 * `object`. Here it is bounded further: few nodes, comprehensions at most two deep, and no `matches`, whose patterns
 * may run forever in this runtime.
 */
const environment = new Environment({
  enableOptionalTypes: true,
  limits: { maxAstNodes: 300, maxDepth: 32, maxListElements: 50, maxMapEntries: 50, maxCallArguments: 8 },
}).registerVariable('object', 'map');

const comprehensions: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);
const deepestComprehension = 2;

/** Whether it holds for an object, or why that is unknown (a missing field). */
export type Evaluation = boolean | { readonly why: string };

export type Expression =
  | { readonly holds: (object: JsonObject) => Evaluation }
  /** Position: characters from the start. */
  | { readonly problem: string };

/** Every look uses the same few expressions. */
const compiled = new Map<string, Expression>();
const mostCompiled = 1_000;

export function compileExpression(text: string): Expression {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  if (compiled.size >= mostCompiled) compiled.clear();
  const expression = compile(text);
  compiled.set(text, expression);
  return expression;
}

function compile(text: string): Expression {
  try {
    const checked = environment.check(text);
    if (!checked.valid) return { problem: told(checked.error) };
    if (checked.type !== 'bool' && checked.type !== 'dyn')
      return { problem: `it gives a value of the type ${checked.type}; true or false is needed` };
    const run = environment.parse(text);
    const excess = excessOf(run.ast, 0);
    if (excess !== undefined) return { problem: excess };
    return { holds: (object) => evaluate(() => run({ object: withIntegers(object) })) };
  } catch (error) {
    return { problem: told(error) };
  }
}

function evaluate(run: () => unknown): Evaluation {
  try {
    const value = run();
    return typeof value === 'boolean' ? value : { why: 'it gives neither true nor false' };
  } catch (error) {
    return { why: told(error) };
  }
}

/** The library's first line. The picture of the place that follows does not fit a message. */
function told(error: unknown): string {
  const { message, node } = error as Error & { readonly node?: { readonly start?: number } };
  const [first = 'it cannot be read'] = message.split('\n', 1);
  return typeof node?.start === 'number' ? `${first}, at character ${node.start + 1}` : first;
}

function excessOf(node: unknown, depth: number): string | undefined {
  if (Array.isArray(node)) return node.map((one) => excessOf(one, depth)).find((found) => found !== undefined);
  if (typeof node !== 'object' || node === null) return undefined;
  const { op, args } = node as Pick<ASTNode, 'op' | 'args'>;
  const name = op === 'rcall' || op === 'call' ? String((args as readonly unknown[])[0]) : '';
  if (name === 'matches') return 'it must not use matches: use ==, in, startsWith, endsWith or contains';
  const deeper = comprehensions.has(name) ? depth + 1 : depth;
  if (deeper > deepestComprehension)
    return `it has more than ${deepestComprehension} of ${[...comprehensions].join(', ')} inside each other`;
  return excessOf(args, deeper);
}

/**
 * Whole JSON numbers become CEL ints, as in Kubernetes; otherwise 2 + 1 would be undefined. Maps have only their own
 * keys, because a field may be called `constructor`.
 */
function withIntegers(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(withIntegers);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([name, inner]) => [name, withIntegers(inner)]));
}
