import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { networkMessage, remedyFor } from '../../lib/adapters/network-failure.ts';
import { causeOfRefusal } from '../../lib/local/refusal.ts';
import { makeCertificates } from '../certificates.ts';
import { releaseYaml } from '../usecases/batch/api-world.ts';
import { run, startFakeApi } from './cli-world.ts';

/** The program explains the error codes of Node and OpenSSL: what is wrong, and what to do. */
const directory = mkdtempSync(join(tmpdir(), 'flotilla-refusals-'));
afterAll(() => rmSync(directory, { recursive: true }));

const latin1 = Buffer.from('version: v1.0\nmetadata: { name: Zürich }\n', 'latin1');

beforeAll(() => {
  mkdirSync(join(directory, 'folder'));
  mkdirSync(join(directory, 'beside', 'flotilla.config.yaml'), { recursive: true });
  writeFileSync(join(directory, 'file'), '');
  writeFileSync(join(directory, 'latin1.yaml'), latin1);
  writeFileSync(join(directory, 'release.yaml'), releaseYaml);
  const rest = 'clusters: { a: { simulated: true } }\nharness: { simulated: true }\n';
  writeFileSync(join(directory, 'services.yaml'), `services: ./latin1.yaml\n${rest}`);
});

const notFile = 'it is a folder, and a file is needed.';
const notUtf8 = 'it is not text in UTF-8; save it in that encoding';
const notFolder = 'it is a file, or goes through one as if that were a folder; name another folder.';

describe('files and folders: 2', () => {
  test.each([
    ['deploy folder', `folder cannot be read: ${notFile}`],
    ['plan folder', `folder cannot be read: ${notFile}`],
    ['deploy file/x.yaml', 'file/x.yaml cannot be read: its path goes through a file as if that were a folder.'],
    ['deploy none.yaml', 'none.yaml cannot be read: there is no such file.'],
    ['deploy latin1.yaml', `latin1.yaml cannot be read: ${notUtf8}.`],
    ['plan -', `<stdin> cannot be read: ${notUtf8}.`],
    ['plan release.yaml --config folder', `The configuration ${directory}/folder cannot be read: ${notFile}`],
    [
      'plan release.yaml --config latin1.yaml',
      `The configuration ${directory}/latin1.yaml cannot be read: ${notUtf8}.`,
    ],
    ['serve --port 0 --config folder', `The configuration ${directory}/folder cannot be read: ${notFile}`],
    ['serve --port 0 --data file', `The data folder ${directory}/file cannot be used: ${notFolder}`],
    ['serve --port 0 --data file/x', `The data folder ${directory}/file/x cannot be used: ${notFolder}`],
  ])('%s', async (line, told) => {
    expect(await run(line.split(' '), { directory, stdin: latin1 })).toMatchObject({ status: 2, error: [told] });
  });

  test('a file that the configuration names', async () => {
    const { status, error } = await run(['plan', 'release.yaml', '--config', 'services.yaml'], { directory });
    const told = `${directory}/services.yaml:1:11 services: this file cannot be read: ${notUtf8}`;
    expect([status, error.at(-1)]).toEqual([2, told]);
  });

  test('does not treat an unreadable configuration as a missing one, which would simulate everything', async () => {
    const beside = join(directory, 'beside');
    const told = `The configuration ${beside}/flotilla.config.yaml cannot be read: ${notFile}`;
    const ran = await run(['plan', '-'], { directory: beside, stdin: releaseYaml });
    expect(ran).toMatchObject({ status: 2, out: [], error: [told] });
  });

  // Node's recursive mkdir would retry for ever, and only a kill would stop it.
  test('a data folder where no folder can be created', async () => {
    const { status, error } = await run(['serve', '--port', '0', '--data', '/proc/x/y'], { directory });
    expect([status, error]).toEqual([2, [expect.stringMatching(/^The data folder \/proc\/x\/y cannot be used: /)]]);
  });

  /** The user that runs the tests may have every right. */
  test.each([
    ['read a file', 'EACCES', 'this user has no right to read it'],
    ['keep data', 'EACCES', 'this user has no right to write there; name another folder'],
    ['keep data', 'EROFS', 'nothing can be changed there (a read-only file system); name another folder'],
    ['listen', 'EACCES', /^this user has no right to that port, .* for example 8080$/],
    ['listen', 'EADDRNOTAVAIL', /^this machine has no such address; /],
    ['listen', 'EVERYTHING', 'what Node says'],
  ] as const)('%s: %s', (asked, code, words) => {
    const error = Object.assign(new Error('what Node says'), { code });
    expect(causeOfRefusal(asked, error)).toMatch(words);
  });
});

describe('servers: 5', () => {
  let tls: Server;
  beforeAll(async () => {
    const { key, certificate } = await makeCertificates(directory, 'server');
    tls = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => response.end());
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void tls.close());

  test('HTTPS to a plain HTTP port', async () => {
    const api = await startFakeApi({});
    const url = api.url.replace('http:', 'https:');
    const ran = await run(['list', '--url', url]);
    await api.close();
    const why = 'it does not speak TLS there; does the address begin with http:// instead of https://?';
    const told = `No answer from ${url}: ${why} (ERR_SSL_WRONG_VERSION_NUMBER)`;
    expect(ran).toMatchObject({ status: 5, error: [told] });
  });

  test('a certificate of an unknown authority', async () => {
    const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    const { status, error } = await run(['list', '--url', url]);
    const told = /: its certificate .* \([A-Z_]+\); to trust it, name the PEM file .* in NODE_EXTRA_CA_CERTS$/;
    expect([status, error]).toEqual([5, [expect.stringMatching(told)]]);
  });

  test('where a token is fetched', async () => {
    const url = `https://127.0.0.1:${(tls.address() as AddressInfo).port}/token`;
    const env = { FLOTILLA_TOKEN_URL: url, FLOTILLA_CLIENT_ID: 'a', FLOTILLA_CLIENT_SECRET: 'b' };
    const { status, error } = await run(['list'], { env });
    expect([status, error[0]]).toEqual([5, expect.stringMatching(/^No token: no answer from .*: its certificate /)]);
  });

  test('nothing listens', async () => {
    const api = await startFakeApi({});
    await api.close();
    const told = `No answer from ${api.url}: nothing listens there (ECONNREFUSED)`;
    const ran = await run(['list', '--url', api.url]);
    expect(ran).toMatchObject({ status: 5, error: [told, 'Is `flotilla serve` running?'] });
  });

  test('an unknown host', async () => {
    const { status, error } = await run(['list', '--url', 'http://no-such-host.invalid']);
    const told = /: (there is no host of that name|the name of the host cannot be looked up now).*\?/;
    expect([status, error]).toEqual([5, [expect.stringMatching(told)]]);
  });

  test.each([
    [{ cause: { code: 'ENOTFOUND' } }, 'there is no host of that name; is the address right? (ENOTFOUND)'],
    [{ cause: { message: 'bad port' } }, 'that port is never asked, because it belongs to another protocol'],
    [{ cause: { code: 'E_NEW', message: 'new' } }, 'E_NEW: new'],
    [new DOMException('too late', 'TimeoutError'), 'too late'],
    [undefined, 'no connection'],
  ])('%j', (error, told) => {
    expect(networkMessage(error)).toBe(told);
  });

  test.each([
    [{ cause: { code: 'ECONNREFUSED' } }, 'time'],
    [{ cause: { code: 'UND_ERR_SOCKET' } }, 'time'],
    [{ cause: { code: 'E_NEW' } }, 'time'],
    [new DOMException('too late', 'TimeoutError'), 'time'],
    [{ cause: { code: 'ENOTFOUND' } }, 'network'],
    [{ cause: { code: 'CERT_HAS_EXPIRED' } }, 'person'],
    [{ cause: { code: 'ERR_SSL_WRONG_VERSION_NUMBER' } }, 'person'],
    [{ cause: new Error('bad port') }, 'person'],
    [{ cause: new Error('unexpected redirect') }, 'person'],
  ])('suggests what may help: %j', (error, remedy) => {
    expect(remedyFor(error)).toBe(remedy);
  });
});
