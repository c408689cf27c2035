import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileDocuments } from '../../lib/adapters/file-documents.ts';
import { describeDocuments } from '../contracts/documents.ts';

const root = mkdtempSync(join(tmpdir(), 'flotilla-documents-'));
afterAll(() => rmSync(root, { recursive: true }));

const freshFolder = (): string => mkdtempSync(join(root, 'd-'));

describeDocuments('FileDocuments', () => new FileDocuments(freshFolder()));

describe('FileDocuments', () => {
  it('creates its folder', async () => {
    const documents = new FileDocuments(join(freshFolder(), 'not', 'yet'));
    expect(await documents.get('a')).toBeUndefined();
    await documents.put('a', 'text');
    expect(await documents.get('a')).toBe('text');
  });

  it('leaves nothing but the document', async () => {
    const folder = freshFolder();
    await new FileDocuments(folder).put('a/b', 'text');
    expect(readdirSync(folder, { recursive: true }).toSorted()).toEqual(['a', join('a', 'b')]);
  });

  it('leaves nothing when it cannot write', async () => {
    const folder = freshFolder();
    mkdirSync(join(folder, 'a'));
    await expect(new FileDocuments(folder).put('a', 'text')).rejects.toThrow();
    expect(readdirSync(folder, { recursive: true })).toEqual(['a']);
  });

  it('shows a reader the old text or the new one, never half of it', async () => {
    const documents = new FileDocuments(freshFolder());
    const texts = ['a'.repeat(500_000), 'b'.repeat(500_000)];
    await documents.put('a', texts[0]!);
    const writing = (async () => {
      for (let round = 1; round <= 20; round++) await documents.put('a', texts[round % 2]!);
      return 'written';
    })();
    let state = 'writing';
    writing.then((done) => {
      state = done;
    });
    while (state === 'writing') expect(texts.includes((await documents.get('a')) ?? '')).toBe(true);
    await writing;
  });
});
