/** Mutants that change nothing which anybody could see, as the report writes them. Whatever can be noticed has no place here. */
export const equivalents: readonly { readonly path: string; readonly change: string; readonly why: string }[] = [];
