// biome-ignore lint/suspicious/noExplicitAny: a state is JSON of any shape; the lint is what finds out whether it is right.
export type State = { readonly [field: string]: any };

export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
  readonly [field: string]: unknown;
}

/** States that can reach each other: of the machine, or of a Map's items. */
export interface Scope {
  /** `root`, or the Map's name. */
  readonly name: string;
  readonly startAt: string;
  readonly states: Readonly<Record<string, State>>;
  /** The Map whose items go through these states, and the Map's own scope. */
  readonly map?: { readonly name: string; readonly in: Scope; readonly isDistributed: boolean };
}

const innerScopes = (scope: Scope): readonly Scope[] =>
  Object.entries(scope.states).flatMap(([name, { ItemProcessor }]) => {
    if (ItemProcessor === undefined) return [];
    const isDistributed = ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED';
    const inner: Scope = {
      name,
      startAt: ItemProcessor.StartAt,
      states: ItemProcessor.States,
      map: { name, in: scope, isDistributed },
    };
    return [inner, ...innerScopes(inner)];
  });

/** The scope of the machine itself first. */
export const scopesOf = (definition: Definition): readonly Scope[] => {
  const root: Scope = { name: 'root', startAt: definition.StartAt, states: definition.States };
  return [root, ...innerScopes(root)];
};

/** A text in a state, with its field: `Arguments`, `Catch.Output`, `Choices.Condition`. */
export interface Text {
  readonly field: string;
  readonly path: string;
  readonly text: string;
}

const lists = ['Catch', 'Choices', 'Retry'];

const textsIn = (value: unknown, field: string, path: string): readonly Text[] => {
  if (typeof value === 'string') return [{ field, path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => textsIn(part, field, `${path}.${key}`));
};

/** Every text of a state, without the states inside it. */
export const textsOf = (state: State): readonly Text[] =>
  Object.entries(state).flatMap(([field, value]) => {
    if (field === 'ItemProcessor') return [];
    if (!lists.includes(field) || !Array.isArray(value)) return textsIn(value, field, field);
    return value.flatMap((row, index) =>
      Object.entries(row).flatMap(([key, part]) => textsIn(part, `${field}.${key}`, `${field}[${index}].${key}`)),
    );
  });

const expression = /^\{%([\s\S]*)%\}$/;

/** The expression in a text, without its brackets; undefined for plain text. */
export const expressionIn = (text: string): string | undefined => expression.exec(text)?.[1];

/** A way from one state to the next, with the variables that are set on it. */
export interface Edge {
  readonly to: string;
  readonly assigns: readonly string[];
  readonly via: 'Next' | 'Default' | 'Choice' | 'Catch';
}

const edge = (via: Edge['via'], to: unknown, assign: object = {}): readonly Edge[] =>
  typeof to === 'string' ? [{ via, to, assigns: Object.keys(assign) }] : [];

/** What a failed task would have assigned is not assigned on its way through a Catch. */
export const edgesOf = (state: State): readonly Edge[] => [
  ...edge('Next', state.Next, state.Assign),
  ...edge('Default', state.Default, state.Assign),
  ...(state.Choices ?? []).flatMap((choice: State) => edge('Choice', choice.Next, choice.Assign)),
  ...(state.Catch ?? []).flatMap((catcher: State) => edge('Catch', catcher.Next, catcher.Assign)),
];

const inBoth = (a: ReadonlySet<string> | undefined, b: ReadonlySet<string>): ReadonlySet<string> =>
  a === undefined ? b : new Set([...a].filter((name) => b.has(name)));

/** The variables that are certainly set, on any way to a state. */
export const assignedBefore = (
  scope: Scope,
  outer: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, ReadonlySet<string>> => {
  const before = new Map<string, ReadonlySet<string>>([[scope.startAt, outer]]);
  const queue = [scope.startAt];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const known = before.get(name) ?? outer;
    for (const { to, assigns } of edgesOf(scope.states[name] ?? {})) {
      const met = inBoth(before.get(to), new Set([...known, ...assigns]));
      if (before.has(to) && met.size === before.get(to)?.size) continue;
      before.set(to, met);
      queue.push(to);
    }
  }
  return before;
};
