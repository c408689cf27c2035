import { expect, test } from 'vitest';
import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Workflow } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';
import { cloudPace } from '../../lib/usecases/deps.ts';
import { sweep } from '../../lib/usecases/sweep.ts';
import { FakeClock, MemoryDocuments } from './api-world.ts';

/** Executions that all run. Step Functions takes some 300 descriptions at once, then a few a second. */
class DescribingWorkflow implements Workflow {
  described: string[] = [];

  async describe(_machine: 'batch' | 'watch', arn: string) {
    if (this.described.length === 320) throw new FlotillaError('WorkflowUnavailable', 'ThrottlingException');
    this.described.push(arn);
    return { status: 'RUNNING', arn } as const;
  }

  start = () => refuse('start');
  stop = () => refuse('stop');
  succeed = () => refuse('succeed');
  fail = () => refuse('fail');
}

const refuse = (what: string): never => {
  throw new Error(`there is nothing to ${what}`);
};

const inFlight = 1000;

test('with thousands in flight a sweep asks for some of them, and for others the next time', async () => {
  const table = new SqliteTable(':memory:');
  const workflow = new DescribingWorkflow();
  const clock = new FakeClock();
  for (let index = 0; index < inFlight; index += 1) {
    const turn = { batch_id: 'B', index, key: `k/${index}`, state: 'granted', target: `t${index}`, at: 0 };
    const token = { token: `token-${index}`, execution_arn: `child-${index}`, at: 0, [`bound:token-${index}`]: true };
    await table.transact([
      { put: itemOf(keys.turn('B', index), { ...turn, reason: '', message: '' }) },
      { put: itemOf(keys.token('B', index, 'deploy-1'), token) },
    ]);
  }
  let chance = 0;
  const deps = {
    table,
    documents: new MemoryDocuments(),
    workflow,
    clock,
    random: { next: () => chance },
    ids: { next: () => '1' },
    pace: cloudPace,
  };
  const seen = new Set<string>();
  for (chance = 0; chance < 1; chance += 0.25) {
    workflow.described = [];
    await sweep(deps, { holder: 'sweeper' });
    for (const arn of workflow.described) seen.add(arn);
    expect(workflow.described.length).toBeGreaterThan(100);
  }
  expect(seen.size).toBe(inFlight);
});
