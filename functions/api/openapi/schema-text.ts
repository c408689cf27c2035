import { isObject, type Json, type JsonObject } from '../../../lib/domain/json.ts';
import { type Html, html, nothing } from './html.ts';

/** What a value may be, in a few words, with links to named schemas. */
export const typeOf = (schema: Json | undefined): Html => {
  if (!isObject(schema)) return html`anything`;
  if (typeof schema.$ref === 'string') return linkTo(schema.$ref);
  const choices = [schema.oneOf, schema.anyOf].find(Array.isArray) as readonly Json[] | undefined;
  if (choices !== undefined) return joined(choices.map(typeOf), ' or ');
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (Array.isArray(schema.enum))
    return joined(
      (schema.enum as Json[]).map((one) => html`<code>${String(one)}</code>`),
      ', ',
    );
  if (schema.type === 'array') return html`list of ${typeOf(schema.items)}`;
  if (schema.type === 'object') return objectType(schema);
  const word = html`${[schema.type ?? 'anything'].flat().join(' or ')}`;
  return html`${word}${bounds(schema)}`;
};

const linkTo = (ref: string): Html => {
  const name = ref.split('/').at(-1)!;
  return html`<a href="#schema-${name}">${name}</a>`;
};

const joined = (parts: readonly Html[], between: string): Html =>
  parts.reduce((all, part, at) => (at === 0 ? part : html`${all}${between}${part}`), nothing);

const objectType = ({ properties, additionalProperties }: JsonObject): Html => {
  if (isObject(properties))
    return html`object: ${joined(
      Object.entries(properties).map(([name, one]) => html`<code>${name}</code> (${typeOf(one)})`),
      ', ',
    )}`;
  return isObject(additionalProperties) ? html`object of ${typeOf(additionalProperties)}` : html`object`;
};

const bounds = ({ minimum, maximum, maxLength, pattern, default: otherwise }: JsonObject): Html => {
  const said = [
    ...(minimum === undefined ? [] : [`from ${String(minimum)}`]),
    ...(maximum === undefined ? [] : [`to ${String(maximum)}`]),
    ...(maxLength === undefined ? [] : [`at most ${String(maxLength)} characters`]),
    ...(otherwise === undefined ? [] : [`${JSON.stringify(otherwise)} if it is not given`]),
  ];
  const form = typeof pattern === 'string' ? html` <code>${pattern}</code>` : nothing;
  return said.length === 0 ? form : html` (${said.join(', ')})${form}`;
};

/** The fields of an object, one per row. */
export const fieldsOf = (schema: JsonObject): Html => {
  if (!isObject(schema.properties)) return html`<p>${typeOf(schema)}</p>`;
  const required = new Set(Array.isArray(schema.required) ? (schema.required as string[]) : []);
  const rows = Object.entries(schema.properties).map(([name, field]) => ({
    name,
    field,
    isRequired: required.has(name),
  }));
  return tableOf(rows.map(({ name, field, isRequired }) => rowOf(name, field, isRequired)));
};

const rowOf = (name: string, field: Json, isRequired: boolean): Html => {
  const about = isObject(field) && typeof field.description === 'string' ? field.description : '';
  return html`<tr><td><code>${name}</code></td><td>${typeOf(field)}</td><td>${isRequired ? 'always' : 'may be absent'}</td><td>${about}</td></tr>`;
};

export const tableOf = (rows: readonly Html[]): Html => html`<div class="table"><table>${rows}</table></div>`;
