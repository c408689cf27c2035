import * as z from 'zod';
import { listUsers } from '../../lib/usecases/users/list-users.ts';
import { readMe } from '../../lib/usecases/users/read-me.ts';
import { queryOf } from './request.ts';
import { type Handle, json, pageLimit, withoutQuery } from './route.ts';
import type { Route } from './router.ts';
import { exampleMe, exampleUsers, me, userList } from './schemas/user.ts';
import { cursorAsked } from './target-query.ts';

const usersAsked = z.strictObject({
  limit: pageLimit(1_000, 100).describe('The number of results, at most 1,000.'),
  after: cursorAsked.optional().describe('The `next_after` of the previous page.'),
});

/** The caller, and all known users. */
export const userRoutes: readonly Route<Handle>[] = [
  {
    method: 'GET',
    path: '/me',
    scope: 'read',
    part: 'reads',
    contract: { summary: 'Who you are, and what you may do.', answers: { 200: { schema: me, example: exampleMe } } },
    handle: withoutQuery(async (deps) => json(200, await readMe(deps))),
  },
  {
    method: 'GET',
    path: '/users',
    scope: 'admin',
    part: 'reads',
    contract: {
      summary: 'Everybody who was ever let in.',
      query: usersAsked,
      answers: { 200: { schema: userList, example: exampleUsers } },
    },
    handle: async (deps, { event }) => json(200, await listUsers(deps, queryOf(event, usersAsked))),
  },
];
