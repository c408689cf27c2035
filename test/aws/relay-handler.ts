import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { answerKey, askedKey, type RelayAnswer, type RelayRequest } from './relay-message.ts';

/**
 * The relay's end in the account: puts a request into a table, where the tester's machine finds it, and waits for the
 * answer there. So the simulators stay one process with one memory, for all functions.
 */
const { RELAY_TABLE: TableName = '', RELAY_KEY: key = '' } = process.env;
const dynamo = new DynamoDBClient({});

/** The gateway gives up after 30 s. */
const longest = 25_000;

const requestOf = (event: APIGatewayProxyEventV2, path: string): RelayRequest => ({
  method: event.requestContext.http.method,
  path: event.rawQueryString === '' ? path : `${path}?${event.rawQueryString}`,
  headers: Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value ?? ''])),
  ...(event.body === undefined
    ? {}
    : { body: event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body }),
});

const answerTo = async (id: string): Promise<RelayAnswer | undefined> => {
  for (const since = Date.now(); Date.now() - since < longest; await sleep(60)) {
    const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: answerKey(id), ConsistentRead: true }));
    if (Item?.answer?.S !== undefined) return JSON.parse(Item.answer.S) as RelayAnswer;
  }
  return undefined;
};

export const handler = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
  const at = event.rawPath.indexOf(`/${key}/`);
  if (key === '' || at < 0) return { statusCode: 404 };
  const id = randomUUID();
  const request = JSON.stringify(requestOf(event, event.rawPath.slice(at + key.length + 1)));
  await dynamo.send(new PutItemCommand({ TableName, Item: { ...askedKey(id), request: { S: request } } }));
  const answer = await answerTo(id);
  if (answer === undefined) return { statusCode: 504 };
  const { status, type, body } = answer;
  return { statusCode: status, headers: { 'content-type': type }, body };
};
