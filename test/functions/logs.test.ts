import { expect, test } from 'vitest';
import { byToken } from '../../functions/api/who.ts';
import { create } from '../../functions/api.ts';
import { changeItem, pendingItem } from '../../lib/domain/record/change.ts';
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
  const handler = create(made.deps, byToken);
  const claimsOf = (scopes: readonly string[]) => ({
    sub: 'ann',
    'cognito:groups': ['ops'],
    scope: scopes.map((scope) => `flotilla/${scope}`).join(' '),
  });
  return { handler, batchId, claimsOf };
};

test.each([
  [['read'], { log_lines: 2 }],
  [['read', 'deploy', 'approve'], { log_lines: 2 }],
  [['read', 'logs'], { log }],
  [['admin'], { log }],
])('a token with %j is told of a log: %j', async (scopes, expected) => {
  const { handler, batchId, claimsOf } = await world();
  const answer = await callApi(handler, 'GET', `/batches/${batchId}/deployments`, { claims: claimsOf(scopes) });
  expect(answer.body.deployments[0].evidence).toEqual([{ ...pod, ...expected }]);
});

test('who may resolve may not read logs by it', async () => {
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
