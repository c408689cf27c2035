import jsonata from 'jsonata';

/** What an expression refers to. */
export interface Uses {
  /** Variables of the state machine, without those that the expression binds itself. */
  readonly variables: ReadonlySet<string>;
  /** Functions that are called or passed on by name. */
  readonly functions: ReadonlySet<string>;
  /** Fields of `$states`, as far as they are named: `input.count`, `context.Task.Token`. */
  readonly states: ReadonlySet<string>;
  /** `$`, `$$` and field names that refer to nothing. */
  readonly bare: ReadonlySet<string>;
}

/** The functions of JSONata as Step Functions has them: without `$eval`, with six of its own. */
export const knownFunctions: ReadonlySet<string> = new Set(
  [
    'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl',
    'decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase',
    'formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis',
    'min not now number pad parseInteger power random reduce replace reverse round shuffle sift single',
    'sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type',
    'uppercase zip parse partition range hash uuid',
  ].flatMap((line) => line.split(' ')),
);

/** `$eval` counts as a function too, so that it is not taken for a variable. */
const isFunction = (name: string): boolean => knownFunctions.has(name) || name === 'eval';

interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly [part: string]: unknown;
}

interface Found {
  readonly variables: Set<string>;
  readonly functions: Set<string>;
  readonly states: Set<string>;
  readonly bare: Set<string>;
}

/** Names that the expression has bound so far, and whether there is a value that `$` and field names refer to. */
interface Scope {
  readonly bound: Set<string>;
  readonly hasContext: boolean;
}

const isNode = (part: unknown): part is Node => typeof part === 'object' && part !== null && 'type' in part;

/** The nodes of a part, at any depth of lists, pairs, groups and sort terms. */
const nodesIn = (part: unknown): readonly Node[] => {
  if (isNode(part)) return [part];
  return typeof part === 'object' && part !== null ? Object.values(part).flatMap(nodesIn) : [];
};

const seeVariable = (name: string, scope: Scope, found: Found): void => {
  if (name === '' || name === '$') {
    if (name === '$' || !scope.hasContext) found.bare.add(name === '' ? '$' : '$$');
  } else if (scope.bound.has(name)) return;
  else if (name === 'states') found.states.add('');
  else if (isFunction(name)) found.functions.add(name);
  else found.variables.add(name);
};

const seePath = (steps: readonly Node[], scope: Scope, found: Found): void => {
  const [first, ...rest] = steps;
  const inside = { ...scope, hasContext: true };
  if (first?.type === 'variable' && first.value === 'states' && !scope.bound.has('states')) {
    const end = rest.findIndex(({ type }) => type !== 'name');
    const names = rest.slice(0, end < 0 ? undefined : end).map(({ value }) => String(value));
    found.states.add(names.join('.'));
    seeParts(first, ['stages', 'predicate', 'group'], inside, found);
  } else if (first !== undefined) see(first, scope, found);
  for (const step of rest) see(step, inside, found);
};

/** In a filter, a group or a sort term, `$` and field names refer to the current value. */
const insideParts = ['stages', 'predicate', 'group', 'terms', 'pattern', 'update', 'delete'];
const outsideParts = [
  'expressions',
  'lhs',
  'rhs',
  'condition',
  'then',
  'else',
  'expression',
  'arguments',
  'body',
  'expr',
];

const seeParts = (node: Node, parts: readonly string[], scope: Scope, found: Found): void => {
  for (const part of parts) for (const child of nodesIn(node[part])) see(child, scope, found);
};

const seeAll = (node: Node, scope: Scope, found: Found): void => {
  seeParts(node, outsideParts, scope, found);
  seeParts(node, insideParts, { ...scope, hasContext: true }, found);
};

const seeCall = (node: Node, scope: Scope, found: Found): void => {
  const { procedure } = node;
  if (isNode(procedure) && procedure.type === 'variable') {
    if (!scope.bound.has(String(procedure.value))) found.functions.add(String(procedure.value));
  } else if (isNode(procedure)) see(procedure, scope, found);
  seeAll(node, scope, found);
};

const seeName = (node: Node, scope: Scope, found: Found): void => {
  if (!scope.hasContext) found.bare.add(String(node.value));
  seeAll(node, scope, found);
};

const seeLambda = (node: Node, scope: Scope, found: Found): void => {
  const own = nodesIn(node.arguments).map(({ value }) => String(value));
  seeParts(node, ['body'], { ...scope, bound: new Set([...scope.bound, ...own]) }, found);
};

/** How to read each type of node; all others are read part by part. */
const seeing: Readonly<Record<string, (node: Node, scope: Scope, found: Found) => void>> = {
  variable: (node, scope, found) => {
    seeVariable(String(node.value), scope, found);
    seeAll(node, scope, found);
  },
  path: (node, scope, found) => {
    seePath(nodesIn(node.steps), scope, found);
    seeAll(node, scope, found);
  },
  name: seeName,
  wildcard: seeName,
  descendant: seeName,
  parent: seeName,
  function: seeCall,
  partial: seeCall,
  block: (node, scope, found) => seeAll(node, { ...scope, bound: new Set(scope.bound) }, found),
  bind: (node, scope, found) => {
    seeParts(node, ['rhs'], scope, found);
    scope.bound.add(String((node.lhs as Node).value));
  },
  lambda: seeLambda,
};

const see = (node: Node, scope: Scope, found: Found): void => (seeing[node.type] ?? seeAll)(node, scope, found);

/** The syntax tree of an expression. Throws what the parser throws. */
export const treeOf = (expression: string): Node => jsonata(expression).ast() as unknown as Node;

/** Throws what the parser throws. */
export const usesOf = (expression: string): Uses => {
  const found: Found = { variables: new Set(), functions: new Set(), states: new Set(), bare: new Set() };
  see(treeOf(expression), { bound: new Set(), hasContext: false }, found);
  return found;
};

/** Keys of the object that an expression makes: those that are there always and those that may be. */
export interface ObjectKeys {
  readonly always: ReadonlySet<string>;
  readonly perhaps: ReadonlySet<string>;
}

const keysOfPairs = (node: Node): ObjectKeys | undefined => {
  const keys = (node.lhs as [Node, Node][]).map(([key]) => key);
  if (keys.some(({ type }) => type !== 'string')) return undefined;
  const names = new Set(keys.map(({ value }) => String(value)));
  return { always: names, perhaps: names };
};

const join = (all: readonly (ObjectKeys | undefined)[], either: boolean): ObjectKeys | undefined => {
  const known = all.filter((keys) => keys !== undefined);
  if (known.length < all.length) return undefined;
  const perhaps = new Set(known.flatMap((keys) => [...keys.perhaps]));
  const always = [...perhaps].filter((key) =>
    either ? known.every((keys) => keys.always.has(key)) : known.some((keys) => keys.always.has(key)),
  );
  return { always: new Set(always), perhaps };
};

const keysOfNode = (node: Node): ObjectKeys | undefined => {
  if (node.type === 'unary' && node.value === '{') return keysOfPairs(node);
  if (node.type === 'condition') return join(nodesIn([node.then, node.else]).map(keysOfNode), true);
  const isMerge = node.type === 'function' && (node.procedure as Node).value === 'merge';
  const [list] = nodesIn(node.arguments);
  return isMerge && list?.value === '[' ? join(nodesIn(list.expressions).map(keysOfNode), false) : undefined;
};

/** Keys of an object, `$merge([…])` or choice of such; undefined when the text does not show them. */
export const objectKeysOf = (expression: string): ObjectKeys | undefined => keysOfNode(treeOf(expression));
