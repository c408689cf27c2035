import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileUploads } from '../../lib/adapters/file-uploads.ts';
import { describeUploads, orderOf } from '../contracts/uploads.ts';

const root = mkdtempSync(join(tmpdir(), 'flotilla-uploads-'));
afterAll(() => rmSync(root, { recursive: true }));

const makeWorld = async () => {
  const folder = mkdtempSync(join(root, 'u-'));
  let later = 0;
  const clock = { now: () => Date.now() + later };
  const uploads = new FileUploads(folder, clock);
  return {
    folder,
    clock,
    uploads,
    put: async (
      { url, headers }: { url: string; headers: Readonly<Record<string, string>> },
      body: string,
      others: Readonly<Record<string, string>> = {},
    ) => {
      const { 'content-type': type } = { ...headers, ...others };
      const length = String(Buffer.byteLength(body));
      const incoming = { type, length, body: inPieces(body) };
      return uploads.receive(url.split('/').at(-1) ?? '', incoming).then(
        () => true,
        () => false,
      );
    },
    wait: (seconds: number) => {
      later += seconds * 1000;
    },
    close: async () => {},
  };
};

async function* inPieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

describeUploads('FileUploads', makeWorld);

describe('FileUploads', () => {
  const type = 'application/yaml';

  it.each([
    ['no size', { type, length: undefined }, 'RequestInvalid'],
    ['no type', { type: undefined, length: '3' }, 'UnsupportedMediaType'],
    ['more than its headers say', { type, length: '3', text: 'abcd' }, 'RequestInvalid'],
    ['less than its headers say', { type, length: '3', text: 'ab' }, 'RequestInvalid'],
  ])(
    'refuses %s',
    async (_, {
      text = 'abc',
      ...incoming
    }: { text?: string; type: string | undefined; length: string | undefined }, name) => {
      const { uploads, folder } = await makeWorld();
      const { upload_id } = await uploads.open(orderOf('abc'));
      await expect(uploads.receive(upload_id, { ...incoming, body: inPieces(text) })).rejects.toMatchObject({ name });
      expect(readdirSync(folder)).toEqual([`${upload_id}.json`]);
    },
  );

  it('stops reading as soon as a body exceeds its announced length', async () => {
    const { uploads } = await makeWorld();
    const { upload_id } = await uploads.open(orderOf('abc'));
    let asked = 0;
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        asked += 1;
        yield Buffer.from('ab');
      }
    };
    const receiving = uploads.receive(upload_id, { type, length: '3', body: endless() });
    await expect(receiving).rejects.toMatchObject({ name: 'RequestInvalid' });
    expect(asked).toBe(2);
  });

  it('accepts its addresses after a restart', async () => {
    const { uploads, folder, clock } = await makeWorld();
    const { upload_id } = await uploads.open(orderOf('abc'));
    await new FileUploads(folder, clock).receive(upload_id, { type, length: '3', body: inPieces('abc') });
    expect(await uploads.read(upload_id, 3)).toEqual(Buffer.from('abc'));
  });

  it('removes files older than an hour when the next one arrives', async () => {
    const { uploads, folder, wait } = await makeWorld();
    const old = await uploads.open(orderOf('abc'));
    await uploads.receive(old.upload_id, { type, length: '3', body: inPieces('abc') });
    expect(readdirSync(folder)).toHaveLength(2);
    wait(3_602);
    const { upload_id } = await uploads.open(orderOf('abc'));
    expect(readdirSync(folder)).toEqual([`${upload_id}.json`]);
  });
});
