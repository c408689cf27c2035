import { expect, test } from 'vitest';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import { eventJsonSchema } from '../../../lib/domain/record/event-catalogue.ts';

interface Field {
  readonly title?: string;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
  readonly items?: Field;
  readonly anyOf?: readonly Field[];
  readonly [rule: string]: unknown;
}

/** Each rule of a schema with its field. Optional fields and descriptions are in the documents. */
const rulesOf = (field: Field, path: string): readonly string[] => {
  const {
    properties = {},
    items,
    anyOf = [],
    required = [],
    type,
    description: _,
    maximum: __,
    title,
    ...rules
  } = field;
  const nested = Object.entries(properties).map(([name, inner]) => [inner, `${path}.${name}`] as const);
  return [
    ...(required.length === 0 ? [] : [`${path} has ${required.join(' ')}`]),
    ...Object.entries(rules).map(([rule, value]) => `${path} ${rule} ${JSON.stringify(value)}`),
    ...[
      ...nested,
      ...anyOf.map((one) => [one, path] as const),
      ...(items ? [[items, `${path}[]`] as const] : []),
    ].flatMap(([inner, at]) => rulesOf(inner, at)),
  ];
};

const anyStatus = `enum ${JSON.stringify(statuses)}`;
const sha256 = 'pattern "^[0-9a-f]{64}$"';

const common = (type: string, own: readonly string[], fields: readonly string[], detail: readonly string[]) =>
  [
    `has batch_id seq at actor from to reason message type ${[...own, 'version event_id number hash'].join(' ')}`,
    'additionalProperties false',
    ...['.batch_id minLength 1', '.seq minimum 1', '.at minimum 0', '.after_ms minimum 0'],
    ...[`.from ${anyStatus}`, `.to ${anyStatus}`, `.type const "${type}"`, ...fields],
    ...['.detail additionalProperties false', ...detail.map((rule) => `.detail.${rule}`)],
    ...['.version const 1', '.number minimum 1', `.previous ${sha256}`, `.hash ${sha256}`],
  ].map((rule) => `${type}${rule.startsWith('.') ? '' : ' '}${rule}`);

test('the rules of events are these', () => {
  const schemas = eventJsonSchema().oneOf as readonly Field[];
  const rules = schemas.map((schema) => rulesOf(schema, String(schema.properties?.type?.const)));
  expect(rules).toEqual([
    common(
      'batch',
      [],
      [],
      statuses.map((status) => `${status} minimum 0`),
    ),
    common(
      'deployment',
      ['index', 'key'],
      ['.index minimum 0'],
      [
        ...['attempt minimum 1', 'attempt const "restore"', `fence minimum ${Number.MIN_SAFE_INTEGER}`],
        ...['evidence[] has kind name reason message', 'evidence[] additionalProperties false'],
        'evidence[].log_lines minimum 0',
        ...['started_at minimum 0', 'attempts minimum 0', 'runs[] has executor key attempt'],
        ...['runs[] additionalProperties false', 'runs[].attempt minimum 1', 'runs[].attempt const "restore"'],
        ...['failure has reason message', 'failure additionalProperties false'],
      ],
    ),
    common('hold', ['hold'], ['.hold minLength 1'], ['scope additionalProperties false', 'until minimum 0']),
    common(
      'drift',
      ['target'],
      ['.target minLength 1', '.detail has since count fields'],
      [...['since minimum 0', 'count minimum 1'], ...['fields[] has object', 'fields[] additionalProperties false']],
    ),
  ]);
});

test('the schema of events says what it is', () => {
  const { oneOf: _, ...rest } = eventJsonSchema();
  expect(rest).toEqual({
    $id: '/schemas/events.json',
    title: 'Flotilla events, version 1',
    $schema: 'https://json-schema.org/draft/2020-12/schema',
  });
});
