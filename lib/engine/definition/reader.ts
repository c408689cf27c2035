import { isJsonObject, type Json, type JsonObject } from '../json.ts';
import type { ExpressionCompiler } from '../jsonata/expression.ts';
import { otherKnownFields } from './fields.ts';
import type { Template } from './machine.ts';
import type { Problems } from './problems.ts';
import { parseReferencePath } from './reference-path.ts';

export type QueryLanguage = 'JSONata' | 'JSONPath';

/** What the readers of a definition share. */
export interface Reading {
  readonly problems: Problems;
  readonly compiler: ExpressionCompiler;
}

/** An object in the definition, with its place and the query language of its values. */
export class Reader {
  readonly fields: JsonObject;
  readonly pointer: string;
  readonly language: QueryLanguage;
  /** The object's name in messages, for example `Pass state 'Start'`. */
  readonly title: string;
  readonly reading: Reading;

  constructor(
    reading: Reading,
    fields: JsonObject,
    place: { pointer: string; language: QueryLanguage; title: string },
  ) {
    this.reading = reading;
    this.fields = fields;
    this.pointer = place.pointer;
    this.language = place.language;
    this.title = place.title;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.fields, field);
  }

  at(field: string): string {
    return `${this.pointer}/${field}`;
  }

  problem(message: string, field?: string): void {
    this.reading.problems.schema(message, field === undefined ? this.pointer || '/' : this.at(field));
  }

  unsupported(feature: string, message: string, field: string): void {
    this.reading.problems.unsupported(feature, message, this.at(field));
  }

  /** Refuses, by name, every field that is not in the list. */
  allowOnly(allowed: readonly string[], kind: string): void {
    for (const field of Object.keys(this.fields)) {
      if (allowed.includes(field)) continue;
      if (otherKnownFields.has(field)) {
        const language = this.language === 'JSONPath' ? ' in JSONPath' : '';
        this.unsupported(
          `${kind}.${field}`,
          `The field '${field}' of ${this.title} is not supported${language}`,
          field,
        );
      } else this.problem(`The field '${field}' of ${this.title} is not known`, field);
    }
  }

  text(field: string): string | undefined {
    const value = this.fields[field];
    if (value === undefined) return undefined;
    if (typeof value === 'string' && value !== '') return value;
    this.problem(`The field '${field}' of ${this.title} must be a text`, field);
    return undefined;
  }

  requiredText(field: string): string {
    if (!this.has(field)) this.problem(`The field '${field}' is required but was missing`);
    return this.text(field) ?? '';
  }

  /** A number that must be a literal within bounds. */
  number(
    field: string,
    bounds: { readonly least: number; readonly most?: number; readonly isInteger?: boolean },
  ): number | undefined {
    const value = this.fields[field];
    if (value === undefined) return undefined;
    const { least, most = 99_999_999, isInteger = true } = bounds;
    const fits =
      typeof value === 'number' && value >= least && value <= most && (!isInteger || Number.isInteger(value));
    if (fits) return value;
    this.problem(
      `The field '${field}' of ${this.title} must be ${isInteger ? 'an integer' : 'a number'} from ${least} to ${most}`,
      field,
    );
    return undefined;
  }

  /** The members of a list of objects, each as a reader. */
  list(field: string, title: string): Reader[] {
    const value = this.fields[field];
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(`The field '${field}' of ${this.title} must be a list`, field);
      return [];
    }
    return (value as readonly Json[]).flatMap((member, index) => {
      const pointer = `${this.at(field)}[${index}]`;
      if (isJsonObject(member)) {
        return [
          new Reader(this.reading, member, {
            pointer,
            language: this.language,
            title: `${title} ${index} of ${this.title}`,
          }),
        ];
      }
      this.reading.problems.schema(`A member of '${field}' must be an object`, pointer);
      return [];
    });
  }

  /** A value with expressions. `location` is its name in messages at run time. */
  template(field: string, location = field): Template | undefined {
    const value = this.fields[field];
    return value === undefined ? undefined : this.#template(value, location, this.at(field));
  }

  #template(value: Json, location: string, pointer: string): Template {
    if (typeof value === 'string') return this.#textTemplate(value, location, pointer);
    if (Array.isArray(value)) {
      const members = (value as readonly Json[]).map((member, index) =>
        this.#template(member, `${location}[${index}]`, `${pointer}[${index}]`),
      );
      return members.every((member) => member.kind === 'literal')
        ? { kind: 'literal', value }
        : { kind: 'list', members };
    }
    if (!isJsonObject(value)) return { kind: 'literal', value };
    const members = Object.entries(value).map(([key, member]) =>
      this.#memberTemplate(key, member, { location: `${location}/${key}`, pointer: `${pointer}/${key}` }),
    );
    return members.every(([, member]) => member.kind === 'literal')
      ? { kind: 'literal', value }
      : { kind: 'object', members };
  }

  #memberTemplate(key: string, value: Json, place: { location: string; pointer: string }): readonly [string, Template] {
    if (this.language === 'JSONata' || !key.endsWith('.$'))
      return [key, this.#template(value, place.location, place.pointer)];
    const path = typeof value === 'string' ? parseReferencePath(value) : undefined;
    const name = key.slice(0, -2);
    if (path !== undefined) return [name, { kind: 'path', path, field: key }];
    this.reading.problems.unsupported(
      'JSONPath',
      `Only reference paths are supported in JSONPath, not ${JSON.stringify(value)} in ${this.title}`,
      place.pointer,
    );
    return [name, { kind: 'literal', value: null }];
  }

  #textTemplate(value: string, location: string, pointer: string): Template {
    if (this.language === 'JSONPath') return { kind: 'literal', value };
    const opens = value.startsWith('{%');
    const closes = value.endsWith('%}') && value.length >= 4;
    if (opens !== closes) {
      this.reading.problems.schema(
        `The value of '${location}' in ${this.title} is a half-open JSONata expression: it needs both {% and %}`,
        pointer,
      );
    }
    if (!opens || !closes) return { kind: 'literal', value };
    const text = value.slice(2, -2).trim();
    try {
      return { kind: 'expression', expression: this.reading.compiler.compile(text), location };
    } catch (error) {
      this.reading.problems.schema(
        `The JSONata expression in '${location}' of ${this.title} is not valid: ${(error as Error).message}`,
        pointer,
      );
      return { kind: 'literal', value };
    }
  }
}
