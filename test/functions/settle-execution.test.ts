import { expect, test } from 'vitest';
import { create } from '../../functions/settle-execution.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { changeBatch, makeWorld, planned, readHeader } from '../usecases/batch/api-world.ts';

const detail = {
  executionArn: 'arn:aws:states:eu-central-1:111122223333:execution:flotilla-dev-batch:b',
  stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:flotilla-dev-batch',
  name: 'b',
  status: 'ABORTED',
  startDate: 1,
  stopDate: 2,
  inputDetails: { included: true },
  output: null,
  outputDetails: null,
  error: null,
  cause: null,
};

/** A planned batch whose execution has this description. */
const scene = async (described: object) => {
  const world = makeWorld();
  const { batchId } = await planned(world);
  await changeBatch(world, batchId, { ...(await readHeader(world, batchId)), execution_arn: detail.executionArn });
  const asked: string[] = [];
  const describe = async (_: string, name: string) => {
    asked.push(name);
    return described as { status: 'ABORTED' };
  };
  const settle = create({ ...world.deps, workflow: Object.assign(world.workflow, { describe }), pace: cloudPace });
  return { world, batchId, asked, settle };
};

test.each([
  ['the event says why', { error: 'Mine', cause: 'wrong window' }, {}, 'Mine: wrong window'],
  ['the event does not say why, and Step Functions does', {}, { cause: 'wrong window' }, 'wrong window'],
  ['neither says why', {}, {}, undefined],
])('%s', async (_, said, described, why) => {
  const { world, batchId, settle } = await scene({ status: 'ABORTED', ...described });
  await settle({ detail: { ...detail, ...said, input: JSON.stringify({ batch_id: batchId }) } });
  const { items } = await world.table.query({ pk: `EVENTS#${batchId}`, prefix: 'batch#', limit: 10 });
  const stopped = items.find(({ reason }) => reason === 'ExecutionStopped');
  expect(stopped?.message).toBe(
    `Somebody stopped the execution of this batch in Step Functions${why === undefined ? '' : ` (${why})`}. Nothing more starts; runs that have started go on. \`flotilla retry ${batchId}\` deploys what is missing.`,
  );
  expect((await readHeader(world, batchId)).ended_at).toBeDefined();
});

test('an event that comes late, when the execution was redriven, changes nothing', async () => {
  const { world, batchId, settle } = await scene({ status: 'RUNNING' });
  const before = await readHeader(world, batchId);
  await settle({ detail: { ...detail, input: JSON.stringify({ batch_id: batchId }) } });
  expect(await readHeader(world, batchId)).toEqual(before);
});

test.each([
  ['was started by hand with another input', '{}'],
  ['has an input that is no object', '[1]'],
  ['has an input that is too long for an event', null],
  ['was for a batch that does not exist', '{"batch_id":"none"}'],
])('settles nothing for an execution that %s', async (_, input) => {
  const { asked, settle } = await scene({ status: 'ABORTED' });
  await settle({ detail: { ...detail, input } });
  expect(asked).toEqual([]);
});

test('refuses other events', async () => {
  const { settle } = await scene({ status: 'ABORTED' });
  await expect(settle({ detail: { ...detail, status: 'SUCCEEDED', input: '{}' } })).rejects.toThrow(/status/);
});
