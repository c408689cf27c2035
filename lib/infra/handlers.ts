import { Construct } from 'constructs';
import { copyAt } from '../domain/catalogue/function-place.ts';
import { type ApiPart, apiParts } from './api-parts.ts';
import { HandlerCode } from './bundling.ts';
import { asksClusters } from './endpoints.ts';
import { FunctionPlace } from './function-places.ts';
import type { FunctionRow, Right } from './function-row.ts';
import { functionsTable, pascalCase, type Stem } from './functions-table.ts';
import { Handler, type HandlerProps } from './handler.ts';
import type { PlaceSettings } from './place-settings.ts';
import type { Resources } from './rights.ts';

export interface HandlersProps {
  /** Folder of the project. */
  readonly root: string;
  readonly resources: Resources;
  readonly service: string;
  /** Copies that are kept for a function, by its stem. */
  readonly reserved: Readonly<Partial<Record<Stem, number | undefined>>>;
  /** Megabytes, where they are not those of the row. */
  readonly memory: Readonly<Partial<Record<Stem, number>>>;
  /** Networks with copies of the functions that ask clusters. */
  readonly places: Readonly<Record<string, PlaceSettings>>;
}

/** A function in a network, beside the one that is in none. */
export interface Copy {
  readonly stem: Stem;
  readonly place: string;
  readonly handler: Handler;
}

const copied = Object.entries<FunctionRow>(functionsTable).filter(([, row]) =>
  asksClusters(row),
) as readonly (readonly [Stem, FunctionRow])[];

/** Every Lambda of the functions table, and in each place the copies of those that ask clusters. */
export class Handlers extends Construct {
  readonly #byName = new Map<string, Handler>();
  readonly #copies: Copy[] = [];

  constructor(scope: Construct, id: string, { root, resources, service, reserved, memory, places }: HandlersProps) {
    super(scope, id);
    const code = new HandlerCode(root);
    for (const [stem, row] of Object.entries<FunctionRow>(functionsTable)) {
      const own = { ...row, memory: memory[stem as Stem] ?? row.memory };
      const props = { stem, row: own, code, resources, service, reserved: reserved[stem as Stem] };
      this.#byName.set(pascalCase(stem), new Handler(this, pascalCase(stem), props));
    }
    for (const [name, settings] of Object.entries(places)) {
      const assumesRoles = resources.clusterRoles.length > 0;
      const network = new FunctionPlace(this, `Place${pascalCase(name)}`, { name, settings, assumesRoles, service });
      this.#addCopies({ name, network }, { code, resources, service, memory });
    }
  }

  /** Nobody from outside calls a copy. */
  #addCopies(
    place: NonNullable<HandlerProps['place']>,
    { memory, ...props }: Pick<HandlerProps, 'code' | 'resources' | 'service'> & Pick<HandlersProps, 'memory'>,
  ): void {
    for (const [stem, { trigger: _, ...row }] of copied) {
      const own = { ...row, memory: memory[stem] ?? row.memory };
      const handler = new Handler(this, pascalCase(copyAt(stem, place.name)), { ...props, stem, row: own, place });
      this.#copies.push({ stem, place: place.name, handler });
    }
  }

  /** Of a function, by its name in a state machine file. */
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

  /** Each part reads it. */
  tellApi(variable: string, value: string): void {
    for (const { lambda } of Object.values(this.ofApi())) lambda.addEnvironment(variable, value);
  }

  /** Of all functions with this right. */
  roleArnsWith(right: Right): readonly string[] {
    const rows = Object.entries<FunctionRow>(functionsTable).filter(([, { rights }]) => rights.includes(right));
    return rows.map(([stem]) => this.named(pascalCase(stem)).role.roleArn);
  }

  /** Of their copies in a place. */
  roleArnsAt(place: string, right: Right): readonly string[] {
    const own = this.#copies.filter((copy) => copy.place === place);
    const row = (stem: Stem): FunctionRow => functionsTable[stem];
    return own.filter(({ stem }) => row(stem).rights.includes(right)).map(({ handler }) => handler.role.roleArn);
  }

  /** By the name that stands in a state machine file. */
  named(name: string): Handler {
    const handler = this.#byName.get(name);
    if (handler === undefined) throw new Error(`No function ${name}; there are ${[...this.#byName.keys()].join(', ')}`);
    return handler;
  }
}
