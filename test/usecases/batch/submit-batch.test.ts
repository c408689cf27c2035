import { describe, expect, test } from 'vitest';
import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { Table, Write } from '../../../lib/domain/ports.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { storedWarnings } from '../../../lib/usecases/batch/open-batch.ts';
import { submitBatch } from '../../../lib/usecases/batch/submit-batch.ts';
import { makeWorld, manyYaml, readHeader, releaseYaml } from './api-world.ts';

const input = { text: releaseYaml, actor: 'ada' };

describe('submitBatch', () => {
  test('stores the documents, the rows and the event, and starts the execution', async () => {
    const world = makeWorld();
    const { header, created } = await submitBatch(world.deps, input);
    expect(created).toBe(true);
    const at = world.clock.now();
    expect(header).toEqual({
      ...{ batch_id: '01TEST000001', name: 'Autumn release', status: 'PENDING', reason: 'Submitted', seq: 1, total: 3 },
      ...{ message: 'Accepted with 3 deployments.', submitted_by: 'ada', warnings: header.warnings, metadata: {} },
      ...{ created_at: at, updated_at: at, strategy: { mode: 'parallel', max_concurrency: 5, on_failure: 'continue' } },
      reach: { clearing: ['staging'], risk: ['staging'], shared: ['staging'] },
    });
    expect(await readHeader(world, header.batch_id)).toMatchObject(header);
    expect(world.documents.texts.get(documentPaths.source(header.batch_id))).toBe(releaseYaml);
    expect(JSON.parse(world.documents.texts.get(documentPaths.batch(header.batch_id))!).deployments).toHaveLength(3);
    for (const key of [
      keys.listed(header.batch_id),
      keys.submitted('ada', header.batch_id),
      keys.open(header.batch_id),
      keys.event(header.batch_id, 'batch', 1),
    ]) {
      expect(await world.table.get(key)).toMatchObject({ batch_id: header.batch_id });
    }
    expect(world.workflow.started).toEqual([
      { machine: 'batch', name: header.batch_id, input: { batch_id: header.batch_id } },
    ]);
  });

  test.each([
    ['YamlInvalid', 'version: [', undefined],
    ['BatchInvalid', 'version: v1.0\ndeployments: []\n', 'deployments'],
  ])('refuses with %s and stores nothing', async (name, text, path) => {
    const world = makeWorld();
    const error = await submitBatch(world.deps, { text, actor: 'ada' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name });
    const issues = (error as FlotillaError).details.issues as { path: string }[];
    expect(issues.length).toBeGreaterThan(0);
    if (path !== undefined) expect(issues.map((issue) => issue.path)).toContain(path);
    expect(world.documents.texts.size).toBe(0);
    expect((await world.table.query({ pk: 'BATCHES', limit: 10 })).items).toEqual([]);
    expect(world.workflow.started).toEqual([]);
  });

  test.each(['WorkflowUnavailable', 'ExecutionExists'] as const)(
    'accepts a batch although its execution cannot start now: %s',
    async (name) => {
      const world = makeWorld();
      world.workflow.startError = new FlotillaError(name, 'StartExecution: throttled');
      const { header, created } = await submitBatch(world.deps, input);
      expect(created).toBe(true);
      expect(await world.table.get(keys.open(header.batch_id))).toBeDefined();
    },
  );

  test('gives a batch without a name one', async () => {
    const { header } = await submitBatch(makeWorld().deps, { text: manyYaml(1), actor: 'ada' });
    expect(header.name).toBe('Unnamed batch');
  });

  test('keeps the first of very many warnings', () => {
    const warnings = (count: number) => Array.from({ length: count }, (_, at) => `warning ${at}`);
    expect(storedWarnings(warnings(50))).toEqual(warnings(50));
    expect(storedWarnings(warnings(51))).toEqual([...warnings(50), 'and 1 more warning']);
    expect(storedWarnings(warnings(60)).at(-1)).toBe('and 10 more warnings');
  });

  test.each([
    ['the same body', releaseYaml, 'same batch'],
    ['another body', `${releaseYaml}\n`, 'IdempotencyKeyReused'],
  ])('a call that loses the race for a key with %s: %s', async (_, otherText, expected) => {
    const world = makeWorld();
    let raced: string | undefined;
    const table = beforeFirstCommit(world.table, async () => {
      const other = await submitBatch(world.deps, { ...input, text: otherText, idempotencyKey: 'one' });
      raced = other.header.batch_id;
    });
    const call = submitBatch({ ...world.deps, table }, { ...input, idempotencyKey: 'one' });
    if (expected === 'same batch') {
      expect(await call).toMatchObject({ created: false, header: { batch_id: raced } });
    } else {
      await expect(call).rejects.toMatchObject({ name: expected });
    }
    const listed = await world.table.query({ pk: 'BATCHES', limit: 10 });
    expect(listed.items.map(({ sk }) => sk)).toEqual([raced]);
  });
});

/** A table where somebody else is faster, once. */
const beforeFirstCommit = (table: Table, act: () => Promise<void>): Table => {
  let acted = false;
  return {
    get: (key) => table.get(key),
    query: (query) => table.query(query),
    transact: async (writes: readonly Write[]) => {
      if (!acted) {
        acted = true;
        await act();
      }
      await table.transact(writes);
    },
    synced: () => table.synced(),
  };
};
