import { expect, test } from 'vitest';
import { SqliteTable } from '../../../lib/adapters/sqlite-table.ts';
import { documentPaths, keys } from '../../../lib/domain/record/keys.ts';
import { itemOf } from '../../../lib/domain/record/rows.ts';
import { removeRunDocuments } from '../../../lib/usecases/retention/remove-run-documents.ts';
import { MemoryDocuments } from '../../memory-documents.ts';

const batch = '01M7Z82VGHV3GT6X1EMB454VBS';
const [earlier, later] = ['01M7Z82VGHV3GT6X1EMB454VB0', '01M7Z9000000000000000000AA'];
const target = 'prod/eu-1/shared/web';
const kubernetes = 'kubernetes:eu-1';

const ofRun = (key: string) => [
  documentPaths.stopped(batch, key),
  documentPaths.paused(batch, key),
  documentPaths.proceeded(batch, key),
  documentPaths.doomed(batch, key),
  documentPaths.back(batch, key),
];
const before = documentPaths.before(batch, 0);
const runs = [`${batch}-0-1`, `${batch}-0-restore`];

interface Case {
  readonly what: string;
  readonly executor?: string;
  /** What a release of that time goes back to. */
  readonly released?: { readonly id: string; readonly before: object };
  readonly isPlanned?: false;
  readonly left: readonly string[];
}

const all = [...runs.flatMap(ofRun), before];
const manifests = documentPaths.manifests('a'.repeat(64));

const cases: readonly Case[] = [
  { what: 'all of it', left: [] },
  { what: 'nothing of a pipeline run', executor: 'harness:acme', left: all },
  {
    what: 'not the previous document, where a release goes back to it',
    released: { id: later, before: { batch_id: batch, index: 0 } },
    left: [before],
  },
  {
    what: 'the previous document, where a release goes back to the document of another deployment',
    released: { id: later, before: { batch_id: batch, index: 1 } },
    left: [],
  },
  {
    what: 'what no release from before the batch can go back to',
    released: { id: earlier, before: { batch_id: batch, index: 0 } },
    left: [],
  },
  { what: 'nothing where the owner is unknown', isPlanned: false, left: all },
];

test.each(cases)('an expired record removes $what', async ({ executor = kubernetes, ...one }) => {
  const table = new SqliteTable(':memory:');
  const documents = new MemoryDocuments();
  for (const path of [...all, manifests]) await documents.put(path, 'x');
  if (one.isPlanned !== false)
    await documents.put(documentPaths.planChunk(batch, 0), JSON.stringify([{ index: 0, target }]));
  if (one.released !== undefined) {
    const release = { deployment: { executor: { settings: { before: one.released.before } } } };
    await table.transact([{ put: itemOf(keys.release(target, one.released.id), release) }]);
  }
  const row = { batch_id: batch, index: 0, runs: runs.map((key) => ({ executor, key, attempt: 1 })) };
  const items = [itemOf(keys.item(batch, 0), row), itemOf(keys.outcomes(batch), { cells: 'S' })];
  const removed = await removeRunDocuments({ table, documents }, batch, items);
  const left = [...documents.texts.keys()].filter((path) => path !== documentPaths.planChunk(batch, 0));
  expect(left.toSorted()).toEqual([...one.left, manifests].toSorted());
  expect(removed).toBe(all.length - one.left.length);
});
