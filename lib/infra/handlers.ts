import { Construct } from 'constructs';
import { type FunctionRow, functionsTable, pascalCase, type Stem } from './functions-table.ts';
import { Handler } from './handler.ts';
import type { Resources } from './rights.ts';

export interface HandlersProps {
  readonly root: string;
  readonly resources: Resources;
}

/** Every Lambda of the functions table. */
export class Handlers extends Construct {
  readonly #byName = new Map<string, Handler>();

  constructor(scope: Construct, id: string, props: HandlersProps) {
    super(scope, id);
    for (const [stem, row] of Object.entries<FunctionRow>(functionsTable)) {
      this.#byName.set(pascalCase(stem), new Handler(this, pascalCase(stem), { stem, row, ...props }));
    }
  }

  of(stem: Stem): Handler {
    return this.named(pascalCase(stem));
  }

  /** By the name that stands in a state machine file. */
  named(name: string): Handler {
    const handler = this.#byName.get(name);
    if (handler === undefined) throw new Error(`No function ${name}; there are ${[...this.#byName.keys()].join(', ')}`);
    return handler;
  }
}
