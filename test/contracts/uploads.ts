import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { UploadAddress, UploadOrder, Uploads } from '../../lib/domain/ports.ts';

export interface UploadWorld {
  readonly uploads: Uploads;
  /** Sends a body to an address as a client does; true when it was accepted. */
  put(address: UploadAddress, body: string, headers?: Readonly<Record<string, string>>): Promise<boolean>;
  /** Lets time pass. */
  wait(seconds: number): void;
  close(): Promise<void>;
}

/** The order for a text. */
export const orderOf = (text: string | Uint8Array): UploadOrder => ({
  bytes: Buffer.byteLength(text),
  sha256: createHash('sha256').update(text).digest('hex'),
});

const text = 'version: v1.0 # Herbstäpfel 🍏\n';
const { bytes: size } = orderOf(text);
const unknown = '0123456789abcdef0123456789abcdef01234567';
const mebibytes = 1024 * 1024;

/** What every Uploads implementation keeps. */
export const describeUploads = (name: string, make: () => Promise<UploadWorld>): void => {
  const inWorld = (act: (world: UploadWorld) => Promise<void>) => async () => {
    const world = await make();
    try {
      await act(world);
    } finally {
      await world.close();
    }
  };
  const readText = async ({ uploads }: UploadWorld, id: string, most = mebibytes): Promise<string | undefined> => {
    const bytes = await uploads.read(id, most);
    return bytes && Buffer.from(bytes).toString();
  };

  describe(`${name}: uploads`, () => {
    it(
      'returns what was put, any number of times',
      inWorld(async (world) => {
        const address = await world.uploads.open(orderOf(text));
        expect(await world.put(address, text)).toBe(true);
        expect([await readText(world, address.upload_id), await readText(world, address.upload_id)]).toEqual([
          text,
          text,
        ]);
      }),
    );

    it(
      'makes an address that says what it accepts, with an id that nobody can guess',
      inWorld(async ({ uploads, wait }) => {
        const before = await uploads.open(orderOf(text));
        wait(60);
        const after = await uploads.open(orderOf(text));
        expect(before.headers).toMatchObject({ 'content-type': 'application/yaml', 'content-length': String(size) });
        expect(before.upload_id).toMatch(/^[0-9a-f]{40}$/);
        expect(before.upload_id.slice(0, 8)).not.toBe(after.upload_id.slice(0, 8));
        expect(before.url).toContain(before.upload_id);
        expect(after.expires_at - before.expires_at).toBeGreaterThanOrEqual(60_000);
      }),
    );

    it(
      'has nothing where nothing was put',
      inWorld(async ({ uploads }) => {
        const { upload_id } = await uploads.open(orderOf(text));
        expect([await uploads.read(upload_id, mebibytes), await uploads.read(unknown, mebibytes)]).toEqual([
          undefined,
          undefined,
        ]);
      }),
    );

    it.each(['', 'x', '..', '../configuration', `${unknown}0`, unknown.toUpperCase(), `../../${unknown.slice(6)}`])(
      'knows that %j was never an upload',
      (id) =>
        inWorld(async ({ uploads }) => {
          await expect(uploads.read(id, mebibytes)).rejects.toMatchObject({ name: 'UploadNotFound' });
        })(),
    );

    it.each<[string, string, Readonly<Record<string, string>>]>([
      ['a larger text', `${text}#`, {}],
      ['a smaller text', text.slice(1), {}],
      ['nothing', '', {}],
      ['another text of the same size', text.replace('v1.0', 'v1.1'), {}],
      ['another type', text, { 'content-type': 'text/html' }],
    ])('does not accept %s than ordered', (_, body, headers) =>
      inWorld(async (world) => {
        const address = await world.uploads.open(orderOf(text));
        expect(await world.put(address, body, headers)).toBe(false);
        expect(await world.uploads.read(address.upload_id, mebibytes)).toBeUndefined();
      })(),
    );

    it(
      'accepts nothing at the address of another',
      inWorld(async (world) => {
        const address = await world.uploads.open(orderOf(text));
        const url = address.url.replace(address.upload_id, unknown);
        expect(await world.put({ ...address, url }, text)).toBe(false);
        expect(await world.uploads.read(unknown, mebibytes)).toBeUndefined();
      }),
    );

    it(
      'accepts its text once',
      inWorld(async (world) => {
        const address = await world.uploads.open(orderOf(text));
        expect([await world.put(address, text), await world.put(address, text)]).toEqual([true, false]);
        expect(await readText(world, address.upload_id)).toBe(text);
      }),
    );

    it(
      'drops an unneeded upload, repeatedly, and one that never existed',
      inWorld(async (world) => {
        const { upload_id } = await world.uploads.open(orderOf(text));
        for (const id of [upload_id, upload_id, unknown]) await world.uploads.drop(id);
      }),
    );

    it(
      'accepts nothing once the address has expired, and keeps what was put for an hour',
      inWorld(async (world) => {
        const [used, late] = [await world.uploads.open(orderOf(text)), await world.uploads.open(orderOf(text))];
        await world.put(used, text);
        world.wait(901);
        expect(await world.put(late, text)).toBe(false);
        // Minus a minute for the test itself.
        world.wait(3_600 - 901 - 60);
        expect(await readText(world, used.upload_id)).toBe(text);
        world.wait(61);
        expect(await world.uploads.read(used.upload_id, mebibytes)).toBeUndefined();
      }),
    );

    it(
      'does not read more than it wants',
      inWorld(async (world) => {
        const large = 'a'.repeat(mebibytes + 1);
        const address = await world.uploads.open(orderOf(large));
        await world.put(address, large);
        const { upload_id } = address;
        await expect(world.uploads.read(upload_id, mebibytes)).rejects.toMatchObject({ name: 'PayloadTooLarge' });
        expect(await world.uploads.read(upload_id, mebibytes + 1)).toHaveLength(mebibytes + 1);
      }),
    );
  });
};
