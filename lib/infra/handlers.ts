import { Construct } from 'constructs';
import { type ApiPart, apiParts } from './api-parts.ts';
import { HandlerCode } from './bundling.ts';
import { addCopies, type Copy, roleArnsOf } from './copies.ts';
import type { FunctionRow, Right } from './function-row.ts';
import { functionsTable, pascalCase, type Stem } from './functions-table.ts';
import { Handler } from './handler.ts';
import type { PlaceSettings } from './place-settings.ts';
import type { Resources } from './rights.ts';

export interface HandlersProps {
  /** The project's folder. */
  readonly root: string;
  readonly resources: Omit<Resources, 'copies'>;
  readonly service: string;
  /** Reserved concurrency by function. */
  readonly reserved: Readonly<Partial<Record<Stem, number | undefined>>>;
  /** Megabytes, where they differ from the row's. */
  readonly memory: Readonly<Partial<Record<Stem, number>>>;
  /** Networks with copies of the functions that ask clusters. */
  readonly places: Readonly<Record<string, PlaceSettings>>;
}

/** Every Lambda of the functions table, and the copies in each place of those that ask clusters. */
export class Handlers extends Construct {
  readonly #byName = new Map<string, Handler>();
  readonly #copies: readonly Copy[];

  constructor(scope: Construct, id: string, { root, resources, service, reserved, memory, places }: HandlersProps) {
    super(scope, id);
    const code = new HandlerCode(root);
    this.#copies = addCopies(this, places, { code, resources: { ...resources, copies: [] }, service, memory });
    for (const [stem, row] of Object.entries<FunctionRow>(functionsTable)) {
      const own = { ...row, memory: memory[stem as Stem] ?? row.memory };
      const copies = this.copiesOf(pascalCase(stem)).map(({ handler }) => handler.lambda.functionArn);
      const given = { ...resources, copies };
      const props = { stem, row: own, code, resources: given, service, reserved: reserved[stem as Stem] };
      this.#byName.set(pascalCase(stem), new Handler(this, pascalCase(stem), props));
    }
  }

  /** The ARN of a function, by its name in a state machine file. */
  copiesOf(name: string): readonly Copy[] {
    return this.#copies.filter(({ stem }) => pascalCase(stem) === name);
  }

  of(stem: Stem): Handler {
    return this.named(pascalCase(stem));
  }

  ofApi(): Readonly<Record<ApiPart, Handler>> {
    const parts = Object.entries(apiParts).map(([part, { stem }]) => [part, this.of(stem)]);
    return Object.fromEntries(parts) as Readonly<Record<ApiPart, Handler>>;
  }

  /** Each part of the API reads it, and so do its copies. */
  tellApi(variable: string, value: string): void {
    const copies = Object.values(apiParts).flatMap(({ stem }) => this.copiesOf(pascalCase(stem)));
    for (const { lambda } of [...Object.values(this.ofApi()), ...copies.map(({ handler }) => handler)]) {
      lambda.addEnvironment(variable, value);
    }
  }

  /** The roles of all functions with this right. */
  roleArnsWith(right: Right): readonly string[] {
    const rows = Object.entries<FunctionRow>(functionsTable).filter(([, { rights }]) => rights.includes(right));
    return rows.map(([stem]) => this.named(pascalCase(stem)).role.roleArn);
  }

  /** The roles of their copies in a place. */
  roleArnsAt(place: string, right: Right): readonly string[] {
    return roleArnsOf(this.#copies, place, right);
  }

  /** By the name in a state machine file. */
  named(name: string): Handler {
    const handler = this.#byName.get(name);
    if (handler === undefined) throw new Error(`No function ${name}; there are ${[...this.#byName.keys()].join(', ')}`);
    return handler;
  }
}
