import { expect, test } from 'vitest';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import type { Status } from '../../../lib/domain/deployment/status.ts';
import { changeItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type ItemRow, itemOf, rowOf } from '../../../lib/domain/record/rows.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { listDeployments } from '../../../lib/usecases/deployment/list-deployments.ts';
import { cloudPace } from '../../../lib/usecases/deps.ts';
import { planBatch } from '../../../lib/usecases/plan/plan-batch.ts';
import { dispatchTurns } from '../../../lib/usecases/schedule/dispatch-turns.ts';
import { makeWorld } from '../batch/api-world.ts';

interface Limits {
  readonly environment?: number;
  readonly pillar?: number;
  readonly cluster?: number;
  readonly executor?: number;
  /** Of the batch itself. */
  readonly batch?: number;
}

const most = (limit: number | undefined): string => (limit === undefined ? '' : `, max_concurrency: ${limit}`);

const configuration = ({ environment, pillar, cluster, executor }: Limits): string => `
environments: { staging: { description: Tests${most(environment)} } }
pillars: { risk: { harness: { pipeline: deploy }${most(pillar)} } }
clusters: { eu-1: { simulated: true${most(cluster)} } }
harness: { simulated: true${most(executor)} }
`;

const count = 6;
const batchText = ({ batch = 100 }: Limits): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: { environment_id: 'staging', infrastructure_id: 'eu-1', docker_artifact_type: 'docker' },
    strategy: { max_concurrency: batch },
    deployments: Array.from({ length: count }, (_, at) => ({
      ...{ pillar: 'risk', service_name: `s${at}`, docker_image_version: '1' },
    })),
  });

/**
 * From the text of a configuration to turns: how many are in flight at once until all have ended, and what the next one
 * waits for.
 */
const inFlightUnder = async (limits: Limits) => {
  const parsed = parseConfiguration(configuration(limits), { env: {}, readFile: () => undefined });
  if (!('configuration' in parsed)) throw new Error(JSON.stringify(parsed));
  const world = makeWorld();
  const workflow = { ...world.workflow, succeed: async () => {}, start: async () => 'arn' };
  const deps = { ...world.deps, workflow, pace: cloudPace, catalogue: async () => parsed.configuration.catalogue };
  const { batch_id } = (await submitBatch(deps, { text: batchText(limits), actor: 'ada' })).header;
  await planBatch(deps, { batch_id, execution_arn: 'arn' });
  const rounds: number[] = [];
  let waits: readonly string[] = [];
  const indexes = Array.from({ length: count }, (_, index) => index);
  for (const end: Status = 'SUCCESS'; rounds.length <= count; ) {
    await dispatchTurns(deps, { holder: 'one' });
    const items = await Promise.all(indexes.map((index) => world.table.get(keys.item(batch_id, index))));
    const flying = items
      .map((item) => rowOf<ItemRow>(item))
      .filter((row) => row && row.outcome === undefined) as ItemRow[];
    if (flying.length === 0) break;
    rounds.push(flying.length);
    const last = (await listDeployments(deps, { batchId: batch_id, limit: count })).deployments.at(-1)!;
    if (rounds.length === 1) waits = (last.waiting_for ?? []).map(({ kind, name }) => `${kind} ${name}`);
    for (const row of flying) {
      const told = { status: end, reason: 'Verified', message: '' };
      const outcome = { ...told, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: 1 };
      const { batch_id: id, index } = row;
      await world.table.transact([
        ...changeItem(row, { ...told, outcome }, { at: 1, actor: 'test' }).writes,
        { delete: keys.turn(id, index) },
        {
          put: itemOf(keys.inbox(deps.ids.next()), { message: { type: 'recorded', batch_id: id, index, status: end } }),
        },
      ]);
    }
  }
  return { rounds, waits };
};

test.each<[limits: Limits, rounds: readonly number[], waits: readonly string[]]>([
  [{}, [6], []],
  [{ environment: 2 }, [2, 2, 2], ['limit environment:staging']],
  [{ pillar: 4 }, [4, 2], ['limit pillar:risk']],
  [{ cluster: 3 }, [3, 3], ['limit cluster:eu-1']],
  [{ executor: 5 }, [5, 1], ['limit executor:harness:simulated']],
  [{ batch: 1 }, [1, 1, 1, 1, 1, 1], ['limit batch']],
  [
    { environment: 2, pillar: 2, cluster: 3, executor: 4, batch: 5 },
    [2, 2, 2],
    ['limit environment:staging', 'limit pillar:risk'],
  ],
])('with the limits %o has as many in flight as allowed, round after round: %j', async (limits, rounds, waits) => {
  expect(await inFlightUnder(limits)).toEqual({ rounds, waits });
});
