import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Clusters } from '../../functions/runtime/clusters.ts';
import { kubeConfigFrom } from '../../lib/adapters/cluster-access.ts';
import { ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import { ExecCredential, ExecCredentials } from '../../lib/adapters/exec-credential.ts';
import { version } from '../../lib/adapters/user-agent.ts';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { startTunnel } from './tunnel.ts';

/** Prints the content of a file, and records that it ran and with which input. */
const script = `
const { appendFileSync, readFileSync } = require('node:fs');
const [folder] = process.argv.slice(1);
appendFileSync(folder + '/ran', (process.env.KUBERNETES_EXEC_INFO ?? '') + '\\n');
let said;
try { said = readFileSync(folder + '/says', 'utf8'); } catch { console.error('not signed in'); process.exit(1); }
setTimeout(() => process.stdout.write(said), 30);
`;
const v1 = 'client.authentication.k8s.io/v1';
const answerOf = (status: object, apiVersion = v1): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, status });

interface Seen {
  readonly authorization: string | undefined;
  readonly certificate: string | undefined;
  readonly raw: readonly string[];
}

let certificates: Certificates;
const root = mkdtempSync(join(tmpdir(), 'flotilla-access-'));
beforeAll(async () => {
  certificates = await makeCertificates(root, 'cluster');
});
afterAll(() => rmSync(root, { recursive: true }));

/** An API server with TLS that accepts the credential a test names, and a kubeconfig for it. */
const setUp = async (takes: (seen: Seen) => boolean = () => true) => {
  const folder = mkdtempSync(join(root, 'one-'));
  const sent: Seen[] = [];
  const options = { key: readFileSync(certificates.key), cert: readFileSync(certificates.certificate) };
  const answer = (request: Http2ServerRequest): Seen => ({
    authorization: request.headers.authorization,
    certificate: (request.socket as TLSSocket).getPeerCertificate().subject?.CN as string | undefined,
    raw: request.rawHeaders,
  });
  // Like an API server, it offers HTTP/2.
  const tls = { ...options, allowHTTP1: true, requestCert: true, rejectUnauthorized: false };
  const server = createSecureServer(tls, (request, response) => {
    const seen = answer(request);
    sent.push(seen);
    const status = takes(seen) ? 200 : 401;
    response.writeHead(status).end(status === 200 ? '{"items":[]}' : '{"kind":"Status","reason":"Unauthorized"}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const place = { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificates.authority };
  const kubeconfig = join(folder, 'config');
  const write = (user: object, cluster: object = {}): void =>
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { ...place, ...cluster } }],
        users: [{ name: 'u', user }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    );
  const file = (name: string, text?: string): string => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };
  const runs = (): number => (existsSync(file('ran')) ? readFileSync(file('ran'), 'utf8').split('\n').length - 1 : 0);
  const exec = (more: object = {}) => ({
    exec: { apiVersion: v1, command: process.execPath, args: ['-e', script, folder], ...more },
  });
  const requests = async () => new ClusterRequests('eu-1', await kubeConfigFrom({ kubeconfig }));
  return { sent, kubeconfig, write, file, runs, exec, requests, port };
};
type Place = Awaited<ReturnType<typeof setUp>>;

/** A client certificate, by the authority that signs it. */
const certificateOf = async (name: string) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { keyType: 'ec' });
  return { cert, key };
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a replaced credential', () => {
  interface Way {
    readonly what: string;
    readonly before: (place: Place) => void;
    readonly after: (place: Place) => void;
  }
  const ways: readonly Way[] = [
    {
      what: 'a token in the kubeconfig, which a login writes there',
      before: ({ write }) => write({ token: 'old-token' }),
      after: ({ write }) => write({ token: 'new-token' }),
    },
    {
      what: 'a token in a file, which rotates',
      before: ({ write, file }) => write({ tokenFile: file('token', 'old-token\n') }),
      after: ({ file }) => void file('token', 'new-token\n'),
    },
    {
      what: 'a token file, when the kubeconfig was written again',
      before: ({ write, file }) => write({ tokenFile: file('token', 'old-token\n') }),
      after: ({ write, file }) => write({ tokenFile: file('other', 'new-token\n') }),
    },
    {
      what: 'the token of a program',
      before: ({ write, exec, file }) => {
        file('says', answerOf({ token: 'old-token' }));
        write(exec());
      },
      after: ({ file }) => void file('says', answerOf({ token: 'new-token' })),
    },
    {
      what: 'a program by a token',
      before: ({ write, exec, file }) => {
        file('says', answerOf({ token: 'old-token' }));
        write(exec());
      },
      after: ({ write }) => write({ token: 'new-token' }),
    },
  ];

  test.each(ways)('is used after the next refused request: $what', async ({ before, after }) => {
    let good = 'old-token';
    const place = await setUp(({ authorization }) => authorization === `Bearer ${good}`);
    before(place);
    const requests = await place.requests();
    await requests.get('/a');
    good = 'new-token';
    await expect(requests.get('/b')).rejects.toMatchObject({ details: { status: 401 } });
    after(place);
    expect(await requests.get('/c')).toMatchObject({ status: 200 });
    const count = place.sent.length;
    await requests.get('/d');
    expect(place.sent).toHaveLength(count + 1);
  });

  test('is a program that failed: the next request runs it again', async () => {
    const place = await setUp();
    place.write(place.exec());
    const requests = await place.requests();
    await expect(requests.get('/a')).rejects.toThrow(/the program .* failed: not signed in/);
    place.file('says', answerOf({ token: 'new-token' }));
    expect(await requests.get('/b')).toMatchObject({ status: 200 });
  });

  test('is a client certificate: a new connection uses it', async () => {
    const place = await setUp(({ certificate }) => certificate === good);
    let good = 'first';
    const says = async (name: string): Promise<void> => {
      const { cert, key } = await certificateOf(name);
      place.file('says', answerOf({ clientCertificateData: cert, clientKeyData: key }));
    };
    await says('first');
    place.write(place.exec());
    const requests = await place.requests();
    await requests.get('/a');
    good = 'second';
    await says('second');
    expect(await requests.get('/b')).toMatchObject({ status: 200 });
    expect(place.sent.map(({ certificate }) => certificate)).toEqual(['first', 'first', 'second']);
  });

  test('is not another cluster: that needs a start', async () => {
    const place = await setUp(() => false);
    place.write({ token: 'old-token' });
    const requests = await place.requests();
    place.write({ token: 'new-token' }, { server: 'https://127.0.0.1:1' });
    await expect(requests.get('/a')).rejects.toThrow('leads to another cluster than at the start; start again');
    expect(place.sent).toHaveLength(1);
  });

  test('is no program that was missing at the start', async () => {
    const place = await setUp(() => false);
    place.write({ token: 'old-token' });
    const cluster = await new Clusters(
      { 'eu-1': { kind: 'kubeconfig', kubeconfig: place.kubeconfig } },
      { programs: [] },
    ).get('eu-1');
    place.write(place.exec());
    await expect(cluster.identify()).rejects.toThrow('that it did not name at the start');
    expect(place.runs()).toBe(0);
  });
});

describe('a program', () => {
  test('runs once for all who ask at the same time, also after refused requests', async () => {
    const place = await setUp(({ authorization }) => authorization === `Bearer ${good}`);
    let good = 'token-1';
    place.file('says', answerOf({ token: 'token-1' }));
    place.write(place.exec());
    const requests = await place.requests();
    const ten = () => Promise.all(Array.from({ length: 10 }, (_, at) => requests.get(`/${at}`)));
    await ten();
    expect(place.runs()).toBe(1);
    good = 'token-2';
    place.file('says', answerOf({ token: 'token-2' }));
    await ten();
    expect(place.runs()).toBe(2);
  });

  test('is run once for all clusters of one user', async () => {
    const place = await setUp();
    place.file('says', answerOf({ token: 'token-1' }));
    place.write(place.exec());
    const connection = { kind: 'kubeconfig', kubeconfig: place.kubeconfig } as const;
    const clusters = new Clusters({ a: connection, b: connection });
    await Promise.all(['a', 'b'].map(async (name) => (await clusters.get(name)).identify()));
    expect(place.runs()).toBe(1);
  });

  test('runs again a minute before its token expires; the old token serves until then', async () => {
    const place = await setUp();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const plugin = { program: { command: process.execPath, args: ['-e', script, place.file('')], env: {} } };
    const credential = new ExecCredential(plugin, { now: () => now });
    const says = (token: string, minutes: number) => {
      const expirationTimestamp = new Date(now + minutes * 60_000).toISOString();
      place.file('says', answerOf({ token, expirationTimestamp }));
    };
    const token = async () => (await credential.get()).authorization;
    says('first', 15);
    expect(await token()).toBe('Bearer first');
    now += 13.9 * 60_000;
    expect(await token()).toBe('Bearer first');
    expect(place.runs()).toBe(1);
    now += 0.2 * 60_000;
    says('second', 15);
    expect(await Promise.all([token(), token()])).toEqual(['Bearer first', 'Bearer first']);
    await expect.poll(token).toBe('Bearer second');
    expect(place.runs()).toBe(2);
    now += 14.5 * 60_000;
    rmSync(place.file('says'));
    await token();
    await expect.poll(() => place.runs()).toBe(3);
    // The program failed, so the old token serves to its end.
    expect(await token()).toBe('Bearer second');
    now += 60_000;
    await expect(token()).rejects.toThrow('not signed in');
  });

  const told = { server: 'SERVER', 'certificate-authority-data': 'AUTHORITY' };
  test.each<[string, object, object, object]>([
    ['its version', {}, {}, { spec: { interactive: false } }],
    ['the older version', { apiVersion: `${v1}beta1` }, {}, { apiVersion: `${v1}beta1` }],
    ['the cluster', { provideClusterInfo: true }, {}, { spec: { interactive: false, cluster: told } }],
    [
      'all of the cluster',
      { provideClusterInfo: true },
      {
        'tls-server-name': 'elsewhere.example.org',
        'disable-compression': true,
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
      },
      {
        spec: {
          interactive: false,
          cluster: {
            ...told,
            'tls-server-name': 'elsewhere.example.org',
            'disable-compression': true,
            config: { audience: 'a' },
          },
        },
      },
    ],
  ])('is told %s', async (_, more, cluster, expected) => {
    const place = await setUp();
    place.file('says', answerOf({ token: 't0ken' }, (more as { apiVersion?: string }).apiVersion));
    place.write(place.exec(more), cluster);
    // Under another name it does not reach the server.
    await (await place.requests()).get('/a').catch(() => {});
    const said = readFileSync(place.file('ran'), 'utf8')
      .replace(base64(readFileSync(certificates.authority, 'utf8')), 'AUTHORITY')
      .replace(`https://127.0.0.1:${place.port}`, 'SERVER');
    expect(JSON.parse(said)).toEqual({
      ...{ kind: 'ExecCredential', apiVersion: v1, spec: { interactive: false } },
      ...expected,
    });
  });

  test.each<[string, string, RegExp]>([
    [
      'of another version',
      answerOf({ token: 'a' }, `${v1}beta1`),
      /answered with apiVersion .*v1beta1, and .* wants .*v1$/,
    ],
    ['with nothing in it', answerOf({}), /gave neither a token nor a certificate$/],
    ['with half of a certificate', answerOf({ clientKeyData: 'k' }), /a certificate without its key, or a key alone$/],
    ['with an invalid end', answerOf({ token: 'a', expirationTimestamp: 'soon' }), /expirationTimestamp that is no/],
    ['with a token of two lines', answerOf({ token: 's3cret\nx' }), /the token is empty, or has characters that no/],
    ['of another kind', '{"kind":"Pod","status":{}}', /did not answer with an ExecCredential$/],
  ])('reports an answer that is one %s, without showing the answer', async (_, says, message) => {
    const place = await setUp();
    place.file('says', says);
    place.write(place.exec());
    const failure = await (await place.requests()).get('/a').catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ClusterUnavailable', message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('s3cret');
    expect(place.sent).toEqual([]);
  });

  test('reports a missing program with the hint of the kubeconfig', async () => {
    const place = await setUp();
    place.write(place.exec({ command: './login', installHint: 'get it from the shelf' }));
    const asked = (await place.requests()).get('/a');
    await expect(asked).rejects.toThrow(
      /login .* is not there \(ENOENT\); the kubeconfig says: get it from the shelf$/,
    );
  });

  test('keeps the tokens of different programs apart', () => {
    const programs = new ExecCredentials();
    const plugin = { program: { command: 'a', args: [], env: {} } };
    expect(programs.of(plugin)).toBe(programs.of({ ...plugin }));
    expect(programs.of({ ...plugin, cluster: { server: 'x' } })).not.toBe(programs.of(plugin));
  });
});

/** Headers whose names begin like this, in order. */
const headersOf = ({ raw }: Seen, begin: string): readonly string[] =>
  raw.flatMap((name, at) =>
    at % 2 === 0 && name.toLowerCase().startsWith(begin) ? [`${name.toLowerCase()}: ${raw[at + 1]}`] : [],
  );

describe('sends the impersonation', () => {
  test.each<[string, object, string, readonly string[]]>([
    ['a token', { token: 't0ken' }, 'authorization', ['authorization: Bearer t0ken']],
    ['a password', { username: 'u', password: 'p:w' }, 'authorization', [`authorization: Basic ${base64('u:p:w')}`]],
    ['nothing for nobody', {}, 'authorization', []],
    ['the user', { as: 'jane' }, 'impersonate', ['impersonate-user: jane']],
    [
      'each of the groups, and all else',
      {
        token: 't0ken',
        as: 'jane',
        'as-uid': '7',
        'as-groups': ['dev', 'on call, too'],
        'as-user-extra': { 'example.org/Reason': ['a', 'b'], scopes: ['view'] },
      },
      'impersonate',
      [
        'impersonate-user: jane',
        'impersonate-uid: 7',
        'impersonate-group: dev',
        'impersonate-group: on call, too',
        'impersonate-extra-example.org%2freason: a',
        'impersonate-extra-example.org%2freason: b',
        'impersonate-extra-scopes: view',
      ],
    ],
    [
      'its name',
      {},
      'user-agent',
      [`user-agent: flotilla/${version} (${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch})`],
    ],
  ])('is %s', async (_, user, begin, expected) => {
    const place = await setUp();
    place.write(user);
    await (await place.requests()).get('/a');
    expect(headersOf(place.sent[0]!, begin)).toEqual(expected);
  });

  test('is a certificate, by file or inline; inline wins', async () => {
    const [one, two] = [await certificateOf('one'), await certificateOf('two')];
    const place = await setUp();
    const files = { 'client-certificate': place.file('crt', one.cert), 'client-key': place.file('key', one.key) };
    const data = { 'client-certificate-data': base64(two.cert), 'client-key-data': base64(two.key) };
    for (const user of [files, data, { ...files, ...data }]) {
      place.write(user);
      await (await place.requests()).get('/a');
    }
    expect(place.sent.map(({ certificate }) => certificate)).toEqual(['one', 'two', 'two']);
  });

  test('is the version of the package', () => {
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(version);
  });

  test.each([
    [{}, /\bgzip\b/],
    [{ 'disable-compression': true }, /^accept-encoding: identity$/],
  ])('asks for compression unless the kubeconfig forbids it: %j', async (cluster, expected) => {
    const place = await setUp();
    place.write({}, cluster);
    await (await place.requests()).get('/a');
    expect(headersOf(place.sent[0]!, 'accept-encoding').join()).toMatch(expected);
  });

  test('uses the proxy of the kubeconfig', async () => {
    const place = await setUp();
    const { address, through } = await startTunnel();
    place.write({ token: 't0ken', as: 'jane' }, { 'proxy-url': address });
    await (await place.requests()).get('/a');
    expect(through).toEqual([`127.0.0.1:${place.port}`]);
    expect(headersOf(place.sent[0]!, 'impersonate')).toEqual(['impersonate-user: jane']);
  });

  test("accepts the certificate's name that the kubeconfig gives", async () => {
    const place = await setUp();
    place.write({}, { 'tls-server-name': 'elsewhere.example.org' });
    await expect((await place.requests()).get('/a')).rejects.toThrow(/certificate is for another host/);
  });
});

describe('is refused by its name', () => {
  const secret = { token: 's3cret' };
  test.each<[string, object, object, RegExp]>([
    ['two ways to authenticate', { ...secret, username: 'u' }, {}, /has a token and a username and password: only one/],
    ['a token that is a number', { token: 7 }, {}, /a token that is no text; put it in quotes/],
    [
      'another field',
      { tokenfile: 'x' },
      {},
      /has tokenfile, which kubectl does not know; it knows token, tokenFile, /,
    ],
    ['token-file', { 'token-file': 'x' }, {}, /token-file, which kubectl does not know: it is tokenFile/],
    ['groups without a user', { 'as-groups': ['a'] }, {}, /as-uid, as-groups or as-user-extra without as/],
    ['groups that are no list', { as: 'a', 'as-groups': 'b' }, {}, /as-groups that are no list of texts/],
    [
      'extra fields that are no lists',
      { as: 'a', 'as-user-extra': { b: 'c' } },
      {},
      /does not have lists of texts by name/,
    ],
    ['a name that no header can hold', { as: 'jané' }, {}, /would act as "jané", which no header can say/],
    ['a certificate without a key', { 'client-certificate': 'x' }, {}, /a client-certificate without a client-key/],
    ['a key without a certificate', { 'client-key-data': 'x' }, {}, /a client-key without a client-certificate/],
    [
      'an auth provider of old versions',
      { 'auth-provider': { name: 'azure' } },
      {},
      /auth-provider azure, which kubectl does not have/,
    ],
    [
      'a program that asks a person',
      { exec: { command: 'x', interactiveMode: 'Always' } },
      {},
      /interactiveMode: Always/,
    ],
    ['an unknown mode', { exec: { command: 'x', interactiveMode: 'Often' } }, {}, /interactiveMode: Often; known are/],
    ['an old version', { exec: { command: 'x', apiVersion: `${v1}alpha1` } }, {}, /apiVersion .*v1alpha1; known are/],
    ['a proxy of another kind', {}, { 'proxy-url': 'ftp://x' }, /proxy-url is no address of a proxy/],
  ])('%s', async (_, user, cluster, message) => {
    const place = await setUp();
    place.write(user, cluster);
    const failure = await place.requests().catch((error: Error) => error);
    expect(failure).toMatchObject({ name: 'ConfigurationInvalid', message: expect.stringMatching(message) });
    expect(String(failure)).not.toContain('s3cret');
  });

  test('an unknown user', async () => {
    const place = await setUp();
    place.write({});
    writeFileSync(place.kubeconfig, readFileSync(place.kubeconfig, 'utf8').replace('"user":"u"', '"user":"v"'));
    await expect(place.requests()).rejects.toThrow(/the context "c" of .* names a user v that is not there/);
  });

  test('a token file that cannot be read, when it is needed', async () => {
    const place = await setUp();
    place.write({ tokenFile: 'none' });
    await expect((await place.requests()).get('/a')).rejects.toThrow(/the tokenFile .*none cannot be read: ENOENT/);
    const file = place.file('token', 'first');
    place.write({ tokenFile: 'token' });
    const requests = await place.requests();
    await requests.get('/a');
    rmSync(file);
    await requests.get('/b');
    expect(place.sent.map(({ authorization }) => authorization)).toEqual(['Bearer first', 'Bearer first']);
  });
});
