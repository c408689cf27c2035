/** A node of the syntax tree, as Babel makes them. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface NodeMutator {
  readonly name: string;
  mutate(path: { readonly node: Node }): Iterable<Node>;
}

const listOf = (value: unknown): readonly Node[] => value as readonly Node[];

/** The list without each of its members in turn; Stryker itself empties a list of one. */
const withoutEach = (node: Node, field: string): readonly Node[] => {
  const members = listOf(node[field]);
  if (members.length < 2) return [];
  return members.map((_, at) => ({ ...node, [field]: members.filter((__, other) => other !== at) }));
};

/** Functions whose two arguments have no order: `Math.max`, `sameImage`. */
const isSymmetric = (callee: unknown): boolean => {
  const { name, property } = callee as { readonly name?: string; readonly property?: { readonly name?: string } };
  return /^(?:max|min|same[A-Z].*|isSame[A-Z].*)$/.test(property?.name ?? name ?? '');
};

const swapped = (node: Node): readonly Node[] => {
  if (isSymmetric(node.callee)) return [];
  const [first, second, ...rest] = listOf(node.arguments);
  return first && second ? [{ ...node, arguments: [second, first, ...rest] }] : [];
};

const numbersBeside = ({ value }: Node): readonly Node[] =>
  [(value as number) + 1, (value as number) - 1]
    .filter((number) => number >= 0)
    .map((number) => ({ type: 'NumericLiteral', value: number }));

const rules: Readonly<Record<string, { readonly on: string; readonly make: (node: Node) => readonly Node[] }>> = {
  NumberBeside: { on: 'NumericLiteral', make: numbersBeside },
  StatementRemoved: { on: 'ExpressionStatement', make: () => [{ type: 'EmptyStatement' }] },
  AwaitRemoved: { on: 'AwaitExpression', make: ({ argument }) => [argument as Node] },
  ArgumentsSwapped: { on: 'CallExpression', make: swapped },
  ElementRemoved: { on: 'ArrayExpression', make: (node) => withoutEach(node, 'elements') },
  PropertyRemoved: { on: 'ObjectExpression', make: (node) => withoutEach(node, 'properties') },
};

/** Mistakes that people make and StrykerJS does not try. */
export const ownMutators: readonly NodeMutator[] = Object.entries(rules).map(([name, { on, make }]) => ({
  name,
  mutate: ({ node }) => (node.type === on ? make(node) : []),
}));
