import { afterEach, expect, test } from 'vitest';
import { exampleMe, exampleUsers } from '../../functions/api/schemas/user.ts';
import { type FakeApi, run, startFakeApi } from './cli-world.ts';

const apis: FakeApi[] = [];
afterEach(async () => {
  for (const api of apis.splice(0)) await api.close();
});

const serve = async (script: Parameters<typeof startFakeApi>[0]) => {
  const api = await startFakeApi(script);
  apis.push(api);
  return api.url;
};

test('whoami shows who the server thinks you are', async () => {
  const url = await serve({ 'GET /me': { body: exampleMe } });
  expect(await run(['whoami', '--url', url])).toMatchObject({
    status: 0,
    out: [
      '7d0c1c8e-ada (Ada Lovelace), a person',
      'E-mail: ada@example.org',
      'Groups: risk',
      'Roles: deployer',
      'Scopes: read, logs, deploy',
      'May read: everywhere',
      'May deploy: risk in staging',
    ],
  });
  expect(JSON.parse((await run(['whoami', '--json', '--url', url])).out.join())).toEqual(exampleMe);
});

test('users reads all pages', async () => {
  const [first, second] = exampleUsers.users;
  const url = await serve({
    'GET /users?limit=1000': { body: { users: [first], limit: 1000, next_after: 'x=' } },
    'GET /users?limit=1000&after=x%3D': { body: { users: [second], limit: 1000 } },
  });
  expect((await run(['users', '--url', url])).out).toEqual([
    'SUBJECT       KIND     NAME          E-MAIL           SINCE',
    '7d0c1c8e-ada  person   Ada Lovelace  ada@example.org  2026-11-21 14:27Z',
    'risk-ci       program  -             -                2026-11-20 08:00Z',
  ]);
  expect(JSON.parse((await run(['users', '--json', '--url', url])).out.join())).toEqual({ users: exampleUsers.users });
});
