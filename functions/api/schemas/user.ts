import * as z from 'zod';
import { verbs } from '../../../lib/domain/grants/grant.ts';
import { roles } from '../../../lib/domain/grants/role.ts';
import { scopes } from '../../../lib/domain/record/actor.ts';
import type { UserList, UserView } from '../../../lib/usecases/users/list-users.ts';
import type { MeView } from '../../../lib/usecases/users/read-me.ts';
import { time } from './status.ts';
import { viewSchema } from './view-schema.ts';

const who = {
  subject: z.string().describe('The name used by events, grants and filters.'),
  kind: z.enum(['person', 'program']),
  name: z.string().exactOptional().describe('Many choose it themselves.'),
  email: z.string().exactOptional(),
};

const allowance = z.object({
  everywhere: z.boolean(),
  places: z.record(z.string(), z.array(z.string())).describe('The environments by pillar; `*` means all.'),
});

export const me = viewSchema<MeView>()(
  z.object({
    ...who,
    client: z.string().exactOptional().describe('Set for a program.'),
    groups: z.array(z.string()),
    scopes: z.array(z.enum(scopes)),
    roles: z
      .array(z.string())
      .exactOptional()
      .describe(`Of ${roles.join(', ')}, where the configuration has roles.`),
    may: z
      .partialRecord(z.enum(verbs), allowance)
      .describe('What may be done where. An absent verb may be done nowhere.'),
  }),
).meta({ id: 'Me', description: 'Who you are, and what you may do.' });

const user = viewSchema<UserView>()(z.object({ ...who, first_seen_at: time })).meta({ id: 'User' });

export const userList = viewSchema<UserList>()(
  z.object({
    users: z.array(user),
    limit: z.int(),
    next_after: z.string().exactOptional().describe('Send it as `after` to continue; absent at the end.'),
  }),
).meta({ id: 'UserList' });

export const exampleMe = {
  subject: '7d0c1c8e-ada',
  kind: 'person',
  name: 'Ada Lovelace',
  email: 'ada@example.org',
  groups: ['risk'],
  scopes: ['read', 'logs', 'deploy'],
  roles: ['deployer'],
  may: {
    read: { everywhere: true, places: {} },
    deploy: { everywhere: false, places: { risk: ['staging'] } },
  },
};

export const exampleUsers = {
  users: [
    {
      subject: '7d0c1c8e-ada',
      kind: 'person',
      name: 'Ada Lovelace',
      email: 'ada@example.org',
      first_seen_at: '2026-11-21T14:27:37.601Z',
    },
    { subject: 'risk-ci', kind: 'program', first_seen_at: '2026-11-20T08:00:00.000Z' },
  ],
  limit: 100,
};
