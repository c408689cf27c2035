import { isObject, type Json, type JsonObject } from '../../../lib/domain/json.ts';
import { Html, html, nothing } from './html.ts';
import { pageStyle } from './page-style.ts';
import { fieldsOf, tableOf, typeOf } from './schema-text.ts';

type Objects = Readonly<Record<string, JsonObject>>;

/** Renders a document from `openApiDocument` as one self-contained HTML page. */
export const referencePage = (document: JsonObject): string => {
  const { info, tags, paths, components } = document as unknown as {
    readonly info: { readonly title: string; readonly version: string; readonly description: string };
    readonly tags: readonly { readonly name: string; readonly description: string }[];
    readonly paths: Readonly<Record<string, Objects>>;
    readonly components: { readonly schemas: Objects; readonly responses: Objects };
  };
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => (operation.tags as string[])[0] === name);
    return html`<section><h2 id="${name}">${name}</h2><p>${description}</p>${own.map((one) => operationHtml(one, components.responses))}</section>`;
  });
  const schemas = Object.entries(components.schemas).map(([name, schema]) => schemaHtml(name, schema));
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} API</title><style>${new Html(pageStyle)}</style></head><body>
<h1>${info.title} API, version ${info.version}</h1>
<p>${info.description} Every request needs a token: <code>Authorization: Bearer …</code>. For programs, as OpenAPI 3.1: <a href="openapi.json">openapi.json</a>.</p>
<nav><ul>${tags.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}<li><a href="#schemas">schemas</a></li></ul></nav>
<main>${sections}<section><h2 id="schemas">schemas</h2>${schemas}</section></main></body></html>`.text;
};

interface Shown {
  readonly method: string;
  readonly path: string;
  readonly operation: JsonObject;
}

const operationHtml = ({ method, path, operation }: Shown, responses: Objects): Html => {
  const { operationId, summary, security, parameters, requestBody } = operation as JsonObject & {
    readonly security: readonly { readonly bearer: readonly string[] }[];
    readonly parameters?: readonly JsonObject[];
    readonly requestBody?: { readonly content: Objects; readonly required: boolean };
  };
  return html`<details id="${String(operationId)}"><summary><span class="method">${method}</span><span class="path">${path}</span> ${String(summary)}</summary>
<p>Needs a token with the scope <code>${security.at(-1)!.bearer.join(', ')}</code>${security.length === 1 ? '' : ', and on one machine none'}.</p>
${parameters === undefined ? nothing : html`<h4>Parameters</h4>${tableOf(parameters.map(parameterHtml))}`}
${requestBody === undefined ? nothing : html`<h4>Body${requestBody.required ? '' : ' (may be absent)'}</h4>${contentHtml(requestBody.content)}`}
<h4>Answers</h4>${answersHtml(operation.responses as Objects, responses)}</details>`;
};

const parameterHtml = (parameter: JsonObject): Html =>
  html`<tr><td><code>${String(parameter.name)}</code></td><td>${String(parameter.in)}${parameter.required ? ', needed' : ''}</td><td>${typeOf(parameter.schema)}</td><td>${String(parameter.description ?? '')}</td></tr>`;

const contentHtml = (content: Objects): Html => {
  const types = Object.keys(content).map((type) => html`<code>${type}</code> `);
  const [first] = Object.values(content);
  const { schema, example } = first ?? {};
  const fields =
    isObject(schema) && schema.properties !== undefined ? fieldsOf(schema) : html`<p>${typeOf(schema)}</p>`;
  return html`<p>${types}</p>${fields}${example === undefined ? nothing : exampleHtml(example)}`;
};

const exampleHtml = (example: Json): Html => html`<pre>${JSON.stringify(example, undefined, 2)}</pre>`;

const answersHtml = (answers: Objects, responses: Objects): Html => {
  const all = Object.entries(answers);
  const good = all.filter(([, { $ref }]) => $ref === undefined);
  const bad = all.filter(([, { $ref }]) => $ref !== undefined);
  return html`${good.map(([status, answer]) => goodHtml(status, answer))}${tableOf(
    bad.map(([status, { $ref }]) => {
      const { description } = responses[String($ref).split('/').at(-1)!]!;
      return html`<tr><td>${status}</td><td>${String(description)}</td></tr>`;
    }),
  )}`;
};

const goodHtml = (status: string, { description, content }: JsonObject): Html =>
  html`<p><strong>${status}</strong> ${String(description)}</p>${content === undefined ? nothing : contentHtml(content as Objects)}`;

const schemaHtml = (name: string, schema: JsonObject): Html =>
  html`<details id="schema-${name}"><summary><code>${name}</code> ${String(schema.description ?? '')}</summary>${fieldsOf(schema)}</details>`;
