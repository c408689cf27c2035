import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import { type RunOptions, run } from './cli-world.ts';

const runtimes: Runtime[] = [];
afterEach(async () => {
  for (const runtime of runtimes.splice(0)) await runtime.close();
});

/** The folder where commands run, and the state folder of their user. */
const makeUser = () => {
  const directory = mkdtempSync(join(tmpdir(), 'flotilla-token-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const env = { XDG_STATE_HOME: join(directory, 'state') };
  return {
    directory,
    env,
    flotilla: (argv: readonly string[], more: RunOptions = {}) => run(argv, { directory, env, ...more }),
  };
};
type User = ReturnType<typeof makeUser>;

/** An idle server, without its simulators. */
const serve = async ({ directory, env }: User, data = '.flotilla', port = 0): Promise<Runtime> => {
  const simulators = { harness: 'http://127.0.0.1:9', clusters: {} };
  const runtime = await startRuntime({
    ...{ port, tokens: true, noteFor: env, data: join(directory, data) },
    ...{ configuration: simulatedConfiguration(), simulators },
  });
  runtimes.push(runtime);
  return runtime;
};

const close = async (runtime: Runtime): Promise<void> => {
  runtimes.splice(runtimes.indexOf(runtime), 1);
  await runtime.close();
};

const submit = (url: string, token: string): Promise<Response> =>
  fetch(`${url}/batches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/yaml' },
    body: readFileSync('examples/small.yaml'),
  });

describe('the token of your own server', () => {
  test.each([
    ['in the folder of the command', '.flotilla', {}],
    ['in the folder of the command, for a user without a state folder', '.flotilla', { env: {} }],
    ['anywhere else', 'elsewhere/data', {}],
  ])('is found automatically: data %s', async (_, data, more) => {
    const user = makeUser();
    const { url } = await serve(user, data);
    const { status, error } = await user.flotilla(['list', '--url', url], more);
    expect([status, error]).toEqual([0, []]);
  });

  test('is not found by another user, at another address, or after the server has ended', async () => {
    const [user, other] = [makeUser(), makeUser()];
    const runtime = await serve(user, 'data');
    const { url, port } = runtime;
    expect((await other.flotilla(['list', '--url', url])).status).toBe(6);
    expect((await user.flotilla(['list', '--url', `http://localhost:${port}`])).status).toBe(6);
    await close(runtime);
    expect(readdirSync(join(user.directory, 'state', 'flotilla', 'servers'))).toEqual([]);
  });

  test('is not sent to a process that took the port of a killed server', async () => {
    const user = makeUser();
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('{"batches":[]}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const data = join(user.directory, '.flotilla');
    mkdirSync(data, { mode: 0o700 });
    for (const [name, text] of Object.entries({
      'server.json': JSON.stringify({ host: '127.0.0.1', port }),
      token: 'a'.repeat(43),
      'lock.db': '',
    }))
      writeFileSync(join(data, name), text);
    expect((await user.flotilla(['list', '--url', `http://127.0.0.1:${port}`])).status).toBe(0);
    expect(seen).toEqual([undefined]);
  });

  test('is reported as revoked, and the next start makes a new one', async () => {
    const user = makeUser();
    const runtime = await serve(user);
    expect((await user.flotilla(['token', 'revoke', 'local'])).status).toBe(0);
    const { status, error } = await user.flotilla(['list', '--url', runtime.url]);
    const file = join(user.directory, '.flotilla', 'token');
    expect([status, error.join('\n')]).toEqual([
      6,
      `This is not a token of this server.\nThe token in ${file} was revoked; start the server again.`,
    ]);
    await close(runtime);
    const { url } = await serve(user);
    expect((await user.flotilla(['list', '--url', url])).status).toBe(0);
  });

  test('stays the same from start to start, and is replaced when its file is gone', async () => {
    const user = makeUser();
    const first = await serve(user);
    await close(first);
    const second = await serve(user);
    expect(second.token).toBe(first.token);
    await close(second);
    rmSync(join(user.directory, '.flotilla', 'token'));
    const third = await serve(user);
    expect(third.token).not.toBe(first.token);
    expect((await submit(third.url, first.token!)).status).toBe(401);
    expect((await submit(third.url, third.token!)).status).toBe(202);
  });

  test('is in both files, even when a start was interrupted between the two', async () => {
    const user = makeUser();
    await close(await serve(user));
    const header = join(user.directory, '.flotilla', 'token.header');
    writeFileSync(header, `Authorization: Bearer ${'a'.repeat(43)}\n`);
    const { token } = await serve(user);
    expect(readFileSync(header, 'utf8')).toBe(`Authorization: Bearer ${token}\n`);
  });
});

describe('tokens for other people', () => {
  test('are created, shown once, listed without the secret, and revoked while the server runs', async () => {
    const user = makeUser();
    const { url } = await serve(user);
    const made = await user.flotilla(['token', 'create', 'ci', '--scopes', 'deploy,read', '--expires', 'never']);
    expect(made.error).toEqual(['The token of ci, a program with read, deploy, until never. It is shown only now:']);
    const [token] = made.out as [string];
    expect(token).toMatch(/^flt_[\w-]{43}$/);
    const accepted = await submit(url, token);
    expect([accepted.status, (await fetch(`${url}/batches`)).status]).toEqual([202, 401]);
    const { batch_id } = (await accepted.json()) as { batch_id: string };
    const shown = await user.flotilla(['status', batch_id, '--url', url, '--json']);
    expect(JSON.parse(shown.out.join('\n'))).toMatchObject({ submitted_by: 'ci' });

    const listed = await user.flotilla(['token', 'list']);
    expect(listed.out.map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ['NAME', 'KIND', 'SCOPES', 'GROUPS'],
      ['ci', 'program', 'read,deploy', '-'],
      ['local', 'person', 'admin', '-'],
    ]);
    const data = join(user.directory, '.flotilla');
    for (const name of readdirSync(data).filter((name) => name.startsWith('tokens.db')))
      expect(readFileSync(join(data, name), 'latin1')).not.toContain(token);
    expect(statSync(join(data, 'tokens.db')).mode & 0o777).toBe(0o600);

    expect((await user.flotilla(['token', 'revoke', 'ci'])).out).toEqual([
      'The token of ci is good for nothing any more.',
    ]);
    expect((await submit(url, token)).status).toBe(401);
  });

  test('as JSON', async () => {
    const user = makeUser();
    await serve(user);
    const argv = ['token', 'create', 'ann', '--kind', 'person', '--groups', 'risk,release', '--scopes', 'approve'];
    const made = await user.flotilla([...argv, '--expires', '12h', '--json']);
    const entry = {
      ...{ name: 'ann', kind: 'person', scopes: ['approve'], groups: ['risk', 'release'] },
      ...{ created_at: '1970-01-01T00:00:00.000Z', ends_at: '1970-01-01T12:00:00.000Z' },
    };
    expect(made.out.map((line) => JSON.parse(line))).toEqual([{ ...entry, token: expect.stringMatching(/^flt_/) }]);
    const { tokens } = JSON.parse((await user.flotilla(['token', 'list', '--json'])).out.join('\n'));
    expect(tokens).toEqual([entry, expect.objectContaining({ name: 'local', scopes: ['admin'] })]);
    expect((await user.flotilla(['token', 'revoke', 'ann', '--json'])).out).toEqual(['{"name":"ann","revoked":true}']);
  });

  test('work until they expire', async () => {
    const user = makeUser();
    const { url } = await serve(user);
    // The clock of this command says 1970.
    const { out } = await user.flotilla(['token', 'create', 'old', '--expires', '90d']);
    const refused = await submit(url, out[0]!);
    expect([refused.status, await refused.json()]).toEqual([
      401,
      expect.objectContaining({ detail: 'This token has expired. Create a new one: flotilla token create.' }),
    ]);
  });

  test.each<[readonly string[], number, RegExp]>([
    [['create', 'local'], 6, /^The token local is reserved for the owner of the data folder\. Choose another name\.$/],
    [['create', 'twice'], 6, /^The token twice exists already\. Revoke it first, or choose another name\.$/],
    [['create', 'a b'], 2, /^"a b" is no name for a token/],
    [
      ['create', 'x', '--scopes', 'read,write'],
      2,
      /Of read, logs, deploy, approve, impersonate, admin some are needed/,
    ],
    [['create', 'x', '--expires', '90'], 2, /It is 1 to 9999 days or hours, as 90d or 12h, or never/],
    [['create', 'x', '--expires', '10000d'], 2, /It is 1 to 9999 days or hours/],
    [['create', 'x', '--kind', 'robot'], 2, /It is person or program/],
    [['revoke', 'nobody'], 4, /^There is no token nobody; there are local( and|,) twice\.$/],
    [['list', '--data', 'nowhere'], 2, /^No server has kept tokens in nowhere\./],
  ])('%j: %i', async (argv, status, told) => {
    const user = makeUser();
    await close(await serve(user));
    await user.flotilla(['token', 'create', 'twice']);
    const { status: ended, error } = await user.flotilla(['token', ...argv]);
    expect([ended, error.join('\n')]).toEqual([status, expect.stringMatching(told)]);
  });
});
