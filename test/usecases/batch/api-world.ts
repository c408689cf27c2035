import { MemoryDocuments } from '../../memory-documents.ts';

export { MemoryDocuments };

import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { allRights } from '../../../lib/domain/grants/rights.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { Plan } from '../../../lib/domain/plan/plan.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import type { Clock, Machine, Workflow } from '../../../lib/domain/ports.ts';
import { changeHeader } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, rowOf } from '../../../lib/domain/record/rows.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { writePlan } from '../../../lib/usecases/plan/plan-store.ts';
import { publishEvents, type WrittenEvent } from '../../../lib/usecases/record/publish-events.ts';
import { ownWaitingRoom } from '../../../lib/usecases/record/waiting-room.ts';
import { MemoryAnchors, testSigner } from '../record/memory-anchors.ts';
import { MemoryUploads } from './memory-uploads.ts';

/** Time passes only when somebody sleeps. What is due by then happens on the way. */
export class FakeClock implements Clock {
  time = Date.UTC(2026, 8, 30, 6);
  readonly #due: { at: number; act: () => Promise<void> }[] = [];

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    for (const one of this.#due.splice(0)) {
      if (one.at <= this.time) await one.act();
      else this.#due.push(one);
    }
  }

  in(milliseconds: number, act: () => Promise<void>): void {
    this.#due.push({ at: this.time + milliseconds, act });
  }
}

/** Accepts starts only; the API asks for nothing else. */
export class StartOnlyWorkflow implements Workflow {
  readonly started: { machine: string; name: string; input: JsonObject }[] = [];
  startError: Error | undefined;

  async start(machine: Machine, name: string, input: JsonObject): Promise<string> {
    if (this.startError !== undefined) throw this.startError;
    this.started.push({ machine, name, input });
    return `arn:aws:states:local:000000000000:execution:${machine}:${name}`;
  }

  describe = () => refuse('describe');
  succeed = () => refuse('succeed');
  fail = () => refuse('fail');
}

const refuse = (what: string): never => {
  throw new Error(`the API does not ask the workflow to ${what}`);
};

export const releaseYaml = `version: v1.0
metadata: { name: Autumn release }
defaults: { environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }
deployments:
  - { pillar: shared, service_name: login-api, docker_image_version: "3.0.2" }
  - { pillar: clearing, service_name: trade-intake, docker_image_version: "5.1.3", metadata: { dependencies: [login-api] } }
  - { pillar: risk, service_name: limit-check, docker_image_version: "2.4.0", metadata: { dependencies: [trade-intake] } }
`;

/** A batch of this many deployments of no special kind. */
export const manyYaml = (count: number): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: { environment_id: 'e', infrastructure_id: 'cluster-eu-1', docker_artifact_type: 'docker' },
    deployments: Array.from({ length: count }, (_, n) => ({
      pillar: 'risk',
      service_name: `service-${n}`,
      docker_image_version: '1.0.0',
    })),
  });

/** Everything the API's use cases need, on a real table in memory. */
export const makeWorld = () => {
  const table = new SqliteTable(':memory:');
  const documents = new MemoryDocuments();
  const workflow = new StartOnlyWorkflow();
  const clock = new FakeClock();
  const uploads = new MemoryUploads(clock);
  const anchors = new MemoryAnchors();
  const catalogue: Catalogue = simulatedConfiguration().catalogue;
  let made = 0;
  const ids = { next: () => `01TEST${String(++made).padStart(6, '0')}` };
  const deps = {
    table,
    documents,
    uploads,
    anchors,
    waitingRoom: ownWaitingRoom(),
    workflow,
    clock,
    ids,
    random: { next: () => 0.5 },
    catalogue: async () => catalogue,
    rights: allRights,
  };
  return { ...deps, deps, catalogue };
};

export type World = ReturnType<typeof makeWorld>;

export const submitted = async (world: World, text = releaseYaml): Promise<string> =>
  (await submitBatch(world.deps, { text, actor: 'ada' })).header.batch_id;

export const readHeader = async (world: World, batchId: string): Promise<HeaderRow> =>
  rowOf<HeaderRow>(await world.table.get(keys.header(batchId)))!;

/** Does what planning does, as far as the API reads it. */
export const planned = async (world: World, text = releaseYaml): Promise<{ batchId: string; plan: Plan }> => {
  const batchId = await submitted(world, text);
  const parsed = parseBatch(text, world.catalogue);
  if (!('batch' in parsed)) throw new Error('the test wants a valid batch');
  const plan = planBatch(parsed.batch, world.catalogue);
  await writePlan(world, batchId, plan);
  const patch = { status: 'PROCESSING', reason: 'Planned', message: 'Planned.', plan_hash: plan.plan_hash } as const;
  await changeBatch(world, batchId, patch);
  return { batchId, plan };
};

export const changeBatch = async (
  world: World,
  batchId: string,
  patch: Parameters<typeof changeHeader>[1],
): Promise<void> => {
  const header = await readHeader(world, batchId);
  await world.table.transact(changeHeader(header, patch, { at: world.clock.now(), actor: 'test' }).writes);
};

/** Makes the publisher number all events of a batch. */
export const publish = async (world: World, batchId: string): Promise<void> => {
  const { items } = await world.table.query({ pk: `EVENTS#${batchId}`, limit: 1000 });
  const written = items as unknown as readonly WrittenEvent[];
  const bus = { put: async () => [] };
  await publishEvents(
    { ...world.deps, bus, signer: testSigner },
    written.toSorted((a, b) => a.at - b.at),
  );
};
