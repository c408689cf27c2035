import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildImage } from '../../lib/build/image.ts';
import { imageData, imageProgram, imageUser } from '../../lib/build/image-files.ts';

/**
 * Builds the image twice, compares the two, checks its configuration, and runs its program with its files as its user.
 * It needs Debian's umoci, and root.
 */
const root = join(import.meta.dirname, '..', '..');
const mostBytes = 60_000_000;

const seconds = (): string => `${(performance.now() / 1000).toFixed(1)} s`;

const digestOf = (image: string): string => {
  const index = JSON.parse(readFileSync(join(image.replace(/:[^:/]*$/, ''), 'index.json'), 'utf8'));
  return index.manifests[0].digest;
};

const sizeOf = (image: string): number =>
  globSync('blobs/**', { cwd: image.replace(/:[^:/]*$/, ''), withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);

const checkConfiguration = (image: string, folder: string): void => {
  const file = join(folder, 'runtime.json');
  execFileSync('umoci', ['raw', 'runtime-config', '--image', image, file]);
  const { process: started } = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(started.user, { uid: imageUser.id, gid: imageUser.id });
  assert.equal(started.cwd, imageData);
  assert.deepEqual(started.args.slice(0, 3), ['/usr/bin/node', `${imageProgram}/bin/flotilla.js`, 'serve']);
  const blobs = globSync('blobs/sha256/*', { cwd: image.replace(/:[^:/]*$/, '') });
  const configs = blobs
    .map((blob) => join(image.replace(/:[^:/]*$/, ''), blob))
    .filter((blob) => statSync(blob).size < 10_000)
    .map((blob) => JSON.parse(readFileSync(blob, 'utf8')))
    .filter(({ config }) => config?.Entrypoint !== undefined);
  assert.equal(configs.length, 1);
  assert.deepEqual(Object.keys(configs[0].config.ExposedPorts), ['8080/tcp']);
  assert.deepEqual(Object.keys(configs[0].config.Volumes), [imageData]);
};

const inside = (files: string): readonly string[] => [
  ...[`--userspec=${imageUser.id}:${imageUser.id}`, files],
  ...['/usr/bin/node', `${imageProgram}/bin/flotilla.js`],
];

const checkProgram = async (files: string): Promise<void> => {
  const env = { HOME: imageData, PATH: process.env.PATH };
  const version = execFileSync('chroot', [...inside(files), '--version'], { env, encoding: 'utf8' });
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
  const argv = [...inside(files), 'serve', '--port', '0', '--data', imageData];
  const server = spawn('chroot', argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const line = once(createInterface({ input: server.stdout }), 'line').then(([text]) => text as string);
  const [, url = ''] = /listens on (\S+),/.exec(await line) ?? [];
  assert.equal((await fetch(`${url}/health`)).status, 200);
  server.kill('SIGTERM');
  assert.deepEqual(await once(server, 'exit'), [0, null]);
};

const main = async (folder: string): Promise<void> => {
  process.env.SOURCE_DATE_EPOCH = '1767225600';
  const image = await buildImage(root, join(folder, 'one'));
  console.log(`Built: ${digestOf(image)}, ${sizeOf(image)} bytes after ${seconds()}`);
  assert.ok(sizeOf(image) < mostBytes);
  checkConfiguration(image, folder);
  execFileSync('umoci', ['unpack', '--image', image, join(folder, 'unpacked')]);
  await checkProgram(join(folder, 'unpacked', 'rootfs'));
  console.log(`Its program runs as ${imageUser.id} after ${seconds()}`);
  assert.equal(digestOf(await buildImage(root, join(folder, 'two'))), digestOf(image));
  console.log(`Built again, it is the same. ${seconds()}`);
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-image-'));
try {
  await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
