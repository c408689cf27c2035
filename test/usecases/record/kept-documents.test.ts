import { expect, it } from 'vitest';
import { KeptDocuments } from '../../../lib/usecases/record/kept-documents.ts';
import { MemoryDocuments } from '../batch/api-world.ts';

/** Counts its requests. */
class CountingDocuments extends MemoryDocuments {
  readonly asked: string[] = [];

  override get(path: string): Promise<string | undefined> {
    this.asked.push(path);
    return super.get(path);
  }
}

const documentsOf = async (...paths: readonly string[]): Promise<CountingDocuments> => {
  const documents = new CountingDocuments();
  for (const path of paths) await documents.put(path, JSON.stringify({ path }));
  return documents;
};

it('reads a document once, even if two ask at the same time', async () => {
  const [kept, documents] = [new KeptDocuments(2), await documentsOf('a')];
  await Promise.all([kept.read(documents, 'a'), kept.read(documents, 'a')]);
  expect(await kept.read(documents, 'a')).toEqual({ path: 'a' });
  expect(documents.asked).toEqual(['a']);
});

it('drops the oldest when there are too many', async () => {
  const [kept, documents] = [new KeptDocuments(2), await documentsOf('a', 'b', 'c')];
  for (const path of ['a', 'b', 'c', 'b', 'a']) await kept.read(documents, path);
  expect(documents.asked).toEqual(['a', 'b', 'c', 'a']);
});

it('says which one is missing, and looks again the next time', async () => {
  const [kept, documents] = [new KeptDocuments(2), await documentsOf()];
  await expect(kept.read(documents, 'a')).rejects.toMatchObject({ name: 'DocumentMissing', message: 'there is no a' });
  await documents.put('a', '1');
  expect(await kept.read(documents, 'a')).toBe(1);
});

it('keeps the documents of each store apart', async () => {
  const [kept, one, other] = [new KeptDocuments(2), await documentsOf('a'), await documentsOf()];
  await kept.read(one, 'a');
  await expect(kept.read(other, 'a')).rejects.toMatchObject({ name: 'DocumentMissing' });
});
