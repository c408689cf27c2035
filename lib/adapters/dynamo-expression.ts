import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { convertToAttr, marshall } from '@aws-sdk/util-dynamodb';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Condition, Key, Query, Write } from '../domain/ports.ts';

/** JSON objects may come from anywhere, for example without a prototype; an empty text is a value like any other. */
const marshalling = { convertClassInstanceToMap: true } as const;

const marshallItem = (item: JsonObject): Record<string, AttributeValue> => marshall(item, marshalling);

export const marshallKey = ({ pk, sk }: Key): Record<string, AttributeValue> => ({ pk: { S: pk }, sk: { S: sk } });

/** Names and values of one request. All names use placeholders, because DynamoDB reserves many words. */
class Placeholders {
  readonly #names = new Map<string, string>();
  readonly #values: AttributeValue[] = [];

  name(attribute: string): string {
    const placeholder = this.#names.get(attribute) ?? `#n${this.#names.size}`;
    this.#names.set(attribute, placeholder);
    return placeholder;
  }

  value(value: Json): string {
    return `:v${this.#values.push(convertToAttr(value, marshalling)) - 1}`;
  }

  /** What goes into a request. DynamoDB rejects an empty list of names or values. */
  get fields(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  } {
    const names = Object.fromEntries([...this.#names].map(([attribute, placeholder]) => [placeholder, attribute]));
    const values = Object.fromEntries(this.#values.map((value, index) => [`:v${index}`, value]));
    return {
      ...(this.#names.size === 0 ? {} : { ExpressionAttributeNames: names }),
      ...(this.#values.length === 0 ? {} : { ExpressionAttributeValues: values }),
    };
  }
}

/** `=` with an absent attribute is false, as the port requires. */
const conditionOf = (when: Condition, use: Placeholders): string =>
  [
    ...(when.exists === undefined
      ? []
      : [`${when.exists ? 'attribute_exists' : 'attribute_not_exists'}(${use.name('pk')})`]),
    ...Object.entries(when.equals ?? {}).map(([name, value]) => `${use.name(name)} = ${use.value(value)}`),
    ...(when.missing ?? []).map((name) => `attribute_not_exists(${use.name(name)})`),
  ].join(' AND ');

const updateOf = (set: JsonObject, remove: readonly string[], use: Placeholders): string => {
  const sets = Object.entries(set).map(([name, value]) => `${use.name(name)} = ${use.value(value)}`);
  const removes = remove.map((name) => use.name(name));
  return [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
  ].join(' ');
};

/** One write as an entry of TransactWriteItems. The same fields make a PutItem, UpdateItem or DeleteItem. */
export const transactItemOf = (write: Write, TableName: string): TransactWriteItem => {
  const use = new Placeholders();
  const UpdateExpression = 'update' in write ? updateOf(write.set ?? {}, write.remove ?? [], use) : '';
  const ConditionExpression = conditionOf(write.when ?? {}, use);
  const condition = ConditionExpression === '' ? {} : { ConditionExpression };
  if ('put' in write) return { Put: { TableName, Item: marshallItem(write.put), ...condition, ...use.fields } };
  if ('update' in write) {
    return { Update: { TableName, Key: marshallKey(write.update), UpdateExpression, ...condition, ...use.fields } };
  }
  if ('delete' in write) return { Delete: { TableName, Key: marshallKey(write.delete), ...condition, ...use.fields } };
  return { ConditionCheck: { TableName, Key: marshallKey(write.check), ConditionExpression, ...use.fields } };
};

const sortKeyCondition = (query: Query, use: Placeholders): readonly string[] => {
  if (query.prefix !== undefined) return [`begins_with(${use.name('sk')}, ${use.value(query.prefix)})`];
  if (query.from !== undefined && query.to !== undefined) {
    return [`${use.name('sk')} BETWEEN ${use.value(query.from)} AND ${use.value(query.to)}`];
  }
  if (query.from !== undefined) return [`${use.name('sk')} >= ${use.value(query.from)}`];
  return query.to === undefined ? [] : [`${use.name('sk')} <= ${use.value(query.to)}`];
};

/** A query's key condition, with its names and values. */
export const keyConditionOf = (query: Query): { KeyConditionExpression: string } & Placeholders['fields'] => {
  const use = new Placeholders();
  const clauses = [`${use.name('pk')} = ${use.value(query.pk)}`, ...sortKeyCondition(query, use)];
  return { KeyConditionExpression: clauses.join(' AND '), ...use.fields };
};
