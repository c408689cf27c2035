import { SqliteTable } from '../../lib/adapters/sqlite-table.ts';
import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { allRights } from '../../lib/domain/grants/rights.ts';
import type { Plan } from '../../lib/domain/plan/plan.ts';
import { planBatch } from '../../lib/domain/plan/plan-batch.ts';
import type { Documents, Item, Table, Write } from '../../lib/domain/ports.ts';
import { pendingItem } from '../../lib/domain/record/change.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { type CaptureRow, type HeaderRow, type ItemRow, itemOf } from '../../lib/domain/record/rows.ts';
import type { TargetRow } from '../../lib/domain/targets/target-row.ts';
import { writePlan } from '../../lib/usecases/plan/plan-store.ts';
import { previewRollback, type RollbackPreview } from '../../lib/usecases/undo/preview-rollback.ts';
import { type Measurement, ordinaryText } from './plan.ts';

const at = Date.UTC(2026, 8, 30);
const batch_id = '01BENCHROLLBACK';

class MemoryDocuments implements Documents {
  readonly texts = new Map<string, string>();
  /** Characters that were read. */
  read = 0;

  async get(path: string): Promise<string | undefined> {
    const text = this.texts.get(path);
    this.read += text?.length ?? 0;
    return text;
  }

  async put(path: string, text: string): Promise<void> {
    this.texts.set(path, text);
  }

  async remove(path: string): Promise<void> {
    this.texts.delete(path);
  }
}

const rowsOf = (plan: Plan): readonly Write[] =>
  plan.deployments.flatMap((deployment, index) => {
    const { dependencies: _, ...kept } = deployment;
    const { key, target, service_name, docker_image_version: version } = deployment;
    const ended = { status: 'SUCCESS', reason: 'Verified', message: `Version ${version} runs.` } as const;
    const image = `registry.test/${service_name}:${version}`;
    const outcome = { ...ended, evidence: [], warnings: [], attempts: 1, runs: [], ended_at: at };
    const item: ItemRow = { ...pendingItem(batch_id, index, key), ...ended, seq: 4, step: 'recorded', image, outcome };
    const then = { version: '1.0.0', image: `registry.test/${service_name}:1.0.0`, container: 'main' };
    const previous = { ...then, deployment: kept, origin: 'recorded', at, batch_id: 'EARLIER' } as const;
    const capture = { attempt: 1, baseline: { found: true }, at, previous };
    const now: TargetRow = { target, state: 'verified', version, batch_id, index, since: at };
    return [
      { put: itemOf(keys.item(batch_id, index), item) },
      { put: itemOf(keys.capture(batch_id, index), capture as unknown as CaptureRow) },
      { put: itemOf(keys.targetNow(target), now) },
    ];
  });

/** The counts of one call. */
type OnRead = (items: readonly Item[]) => void;

/** Only reads are counted: counting writes would take longer than everything else. */
const counted = (table: Table, onRead: OnRead): Table => ({
  get: async (key) => {
    const item = await table.get(key);
    onRead(item === undefined ? [] : [item]);
    return item;
  },
  query: async (query) => {
    const page = await table.query(query);
    onRead(page.items);
    return page;
  },
  transact: (writes) => table.transact(writes),
  synced: () => table.synced(),
});

export interface PreviewWorld {
  readonly preview: () => Promise<RollbackPreview>;
  readonly documents: MemoryDocuments;
  readonly close: () => void;
}

/** A batch whose deployments have all succeeded, with all rows and documents that its rollback is planned from. */
export const previewWorld = async (size: number, onRead?: OnRead): Promise<PreviewWorld> => {
  const { catalogue } = simulatedConfiguration();
  const parsed = parseBatch(ordinaryText(size), catalogue);
  if ('issues' in parsed) throw new Error(`the bench batch is not valid: ${JSON.stringify(parsed.issues[0])}`);
  const plan = planBatch(parsed.batch, catalogue);
  const table = new SqliteTable(':memory:');
  const documents = new MemoryDocuments();
  await writePlan({ documents }, batch_id, plan);
  const told = { status: 'SUCCESS', reason: 'AllSucceeded', message: 'Over.', totals: { SUCCESS: size } } as const;
  const header: HeaderRow = {
    ...{ batch_id, name: 'Bench', ...told, seq: 3, total: size, submitted_by: 'ada', warnings: [] },
    ...{ plan_hash: plan.plan_hash, created_at: at, updated_at: at, ended_at: at },
  } as HeaderRow;
  const writes: readonly Write[] = [{ put: itemOf(keys.header(batch_id), header) }, ...rowsOf(plan)];
  for (let first = 0; first < writes.length; first += 99) await table.transact(writes.slice(first, first + 99));
  // Documents are cached by their store: each run reads them again, as another process does.
  const freshDocuments = (): Documents => ({
    get: (path) => documents.get(path),
    put: (...args) => documents.put(...args),
    remove: (path) => documents.remove(path),
  });
  const preview = () =>
    previewRollback(
      {
        table: onRead === undefined ? table : counted(table, onRead),
        documents: freshDocuments(),
        catalogue: async () => catalogue,
        rights: allRights,
      },
      { batchId: batch_id },
    );
  return { preview, documents, close: () => table.close() };
};

const runs = 3;

/**
 * The preview of a rollback end to end: it reads what was changed and NOW of each target, and makes the plan. The best
 * of some runs.
 */
export const benchRollbackPreview = async (sizes: readonly number[] = [100, 1000, 10_000]): Promise<Measurement[]> => {
  const measured: Measurement[] = [];
  for (const size of sizes) {
    const { preview, close } = await previewWorld(size);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const begun = performance.now();
      const { deployments } = await preview();
      times.push(performance.now() - begun);
      if (deployments.length !== size) throw new Error(`${deployments.length} of ${size} go back`);
    }
    close();
    const value = Math.round(Math.min(...times) * 10) / 10;
    measured.push({ name: `preview the rollback of ${size} deployments`, value, unit: 'ms' });
  }
  return measured;
};
