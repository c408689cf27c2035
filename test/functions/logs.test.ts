import { expect, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { makeWorld, planned } from '../usecases/batch/api-world.ts';
import { callApi } from './api-call.ts';

const log = ['starting', 'FATAL: no database'];
const pod = { kind: 'pod', name: 'login-api-x', container: 'app', reason: 'CrashLoopBackOff', message: 'exit code 1' };
const told = { status: 'UNKNOWN', reason: 'StartUnknown', message: 'Nobody knows.' } as const;

const world = async () => {
  const made = makeWorld();
  const { batchId } = await planned(made);
  const outcome = { ...told, evidence: [{ ...pod, log }], warnings: [], attempts: 1, runs: [], ended_at: 1 };
  const item = pendingItem(batchId, 0, 'shared/login-api');
  await made.table.transact(changeItem(item, { ...told, outcome }, { at: 1, actor: 'record' }).writes);
  const handler = create(made.deps, { identify: byToken });
  const claimsOf = (scopes: readonly string[]) => ({
    sub: 'ann',
    'cognito:groups': ['ops'],
    scope: scopes.map((scope) => `flotilla/${scope}`).join(' '),
  });
  return { made, handler, batchId, claimsOf };
};

test.each([
  [['read'], { log_lines: 2 }],
  [['read', 'deploy', 'approve'], { log_lines: 2 }],
  [['read', 'logs'], { log }],
  [['admin'], { log }],
])('shows a token with %j this much of a log: %j', async (scopes, expected) => {
  const { handler, batchId, claimsOf } = await world();
  const answer = await callApi(handler, 'GET', `/batches/${batchId}/deployments`, { claims: claimsOf(scopes) });
  expect(answer.body.deployments[0].evidence).toEqual([{ ...pod, ...expected }]);
});

test('does not let a token read logs because it may resolve', async () => {
  const { handler, batchId, claimsOf } = await world();
  const path = `/batches/${batchId}/deployments/shared/login-api/resolve`;
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ status: 'SUCCESS', reason: 'I looked.' });
  const { status, body: answer } = await callApi(handler, 'POST', path, {
    claims: claimsOf(['approve']),
    headers,
    body,
  });
  expect([status, answer.evidence]).toEqual([200, [{ ...pod, log_lines: 2 }]]);
});

test.each([
  [['read'], { log_lines: 2 }],
  [['read', 'logs'], { log }],
])('shows a token with %j %j of events from when they still had logs', async (scopes, expected) => {
  const { made, handler, batchId, claimsOf } = await world();
  const { reason, message } = told;
  const event = {
    ...{ batch_id: batchId, type: 'deployment', index: 0, key: 'shared/login-api', seq: 1, at: 1 },
    ...{ reason, message },
    actor: 'observer',
    from: 'PROCESSING',
    to: 'UNKNOWN',
    detail: { evidence: [{ ...pod, log }] },
  };
  await made.table.transact([{ put: itemOf(keys.feed(batchId, 1), { ...event, number: 1 }) }]);
  const answer = await callApi(handler, 'GET', `/batches/${batchId}/events`, { claims: claimsOf(scopes) });
  expect(answer.body.events[0].detail).toEqual({ evidence: [{ ...pod, ...expected }] });
  // The hash covers the whole event. Anyone who checks it must know that this is only a part.
  expect(answer.body.events[0].withheld).toBe('log' in expected ? undefined : 'logs');
});
