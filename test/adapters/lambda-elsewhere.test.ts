import type { InvokeCommand, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { elsewherePatience, LambdaElsewhere } from '../../lib/adapters/lambda-elsewhere.ts';

const answering = (answer: object) =>
  new LambdaElsewhere(async () => ({ $metadata: {}, ...answer }) as InvokeCommandOutput);

test('calls a function by its name, and returns its result', async () => {
  const sent: InvokeCommand[] = [];
  const elsewhere = new LambdaElsewhere(async (command) => {
    sent.push(command);
    return { $metadata: {}, Payload: Buffer.from('{"statusCode":200,"body":"ä"}') } as unknown as InvokeCommandOutput;
  });
  expect(await elsewhere.ask('looks-at-payments', { one: 'ü' })).toEqual({ statusCode: 200, body: 'ä' });
  const { FunctionName, Payload } = sent[0]!.input;
  expect([FunctionName, Buffer.from(Payload as Uint8Array).toString('utf8')]).toEqual([
    'looks-at-payments',
    '{"one":"ü"}',
  ]);
});

test('returns null when there is no result', async () => {
  expect(await answering({}).ask('x', {})).toBeNull();
});

test.each([
  ['TimeoutError', 'The function x has not answered within 23 s.'],
  ['ResourceNotFoundException', 'The function x does not exist: deploy the stage with that place.'],
  ['AccessDeniedException', 'The function x may not be called: deploy the stage with that place.'],
  ['TooManyRequestsException', 'The function x has too many calls at once: try again.'],
  ['ECONNRESET', 'The function x cannot be called (ECONNRESET).'],
])('explains %s', async (name, message) => {
  const elsewhere = new LambdaElsewhere(async () => {
    throw Object.assign(new Error('secret words'), { name });
  });
  await expect(elsewhere.ask('x', {})).rejects.toMatchObject({ name: 'PlaceUnavailable', message });
});

test('a function that ends with a fault has not answered', async () => {
  const fault = answering({ FunctionError: 'Unhandled', Payload: Buffer.from('{"errorMessage":"x"}') });
  const message = 'The function x has ended with a fault, which its log has.';
  await expect(fault.ask('x', {})).rejects.toMatchObject({ name: 'PlaceUnavailable', message });
});

test('gives up before an API call times out', () => {
  const { maxAttempts, requestHandler } = elsewherePatience;
  expect(maxAttempts * (requestHandler.connectionTimeout + requestHandler.requestTimeout)).toBeLessThan(29_000);
});
