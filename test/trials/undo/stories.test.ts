import { describe, expect, test } from 'vitest';
import type { Sheet } from '../../../lib/domain/schedule/sheet.ts';
import type { World } from '../../workflow/world.ts';
import { drawStory, type Story } from './draw-story.ts';
import { playStory } from './play-story.ts';

/** Ten seeds each; `npm run test:trials -- --of undo` plays ten thousand. */
const tens = [1, 2];

test.each(tens)('in ten stories (%i) nothing is started twice, nothing is stuck, and nothing is lost', async (ten) => {
  for (let seed = ten * 10; seed < ten * 10 + 10; seed += 1) {
    const { violations } = await playStory(drawStory(seed));
    expect(violations, `seed ${seed}`).toEqual([]);
  }
});

test('a version that becomes ready after a restore has replaced it does not come back', async () => {
  const { violations, ends } = await playStory(drawStory(2304));
  expect(violations).toEqual([]);
  expect(ends).toContain('FAILED / RestoredPreviousRelease');
});

test('the same seed gives the same story', async () => {
  const told = async () => {
    const { story, ...rest } = await playStory(drawStory(17));
    return rest;
  };
  expect(await told()).toEqual(await told());
});

/** A batch of two that succeeds and is rolled back; nothing goes wrong in it by itself. */
const calm: Story = {
  seed: 1,
  services: [{ name: 'a' }, { name: 'b', needs: ['a'] }],
  without: [],
  strategy: { on_failure: 'continue' },
  scripts: { a: { takes: 20 }, b: { takes: 20 } },
  acts: [{ do: 'rollback', batch: 0, at: 100 }],
  strikes: [],
  deliveries: [],
  tellsEndsOf: 'nobody',
};

/** Sends every start twice. */
const startAgain = ({ executor }: World): void => {
  const start = executor.start.bind(executor);
  executor.start = async (...args) => {
    await start(...args);
    return start(...args);
  };
};

/** Changes a row as it is written. */
const rewrite =
  (change: (row: Record<string, unknown>) => void) =>
  ({ table }: World): void => {
    const transact = table.transact.bind(table);
    table.transact = (writes) => {
      for (const write of writes) if ('put' in write) change(write.put);
      return transact(writes);
    };
  };

const withoutEdges = (sheet: string): string => {
  const { dependencies, dependents, ...rest } = JSON.parse(sheet) as Sheet;
  const none = { dependencies: dependencies.map(() => 0), dependents: dependents.map(() => []) };
  return JSON.stringify(rest.lane === 'rollback' ? { ...rest, ...none } : { ...rest, dependencies, dependents });
};

const spoiled: readonly (readonly [string, RegExp, Partial<Story>, (world: World) => void])[] = [
  ['a run that is started twice', /was started 2 times/, {}, startAgain],
  [
    'NOW that names another version than runs',
    /NOW of staging.* is there/,
    {},
    rewrite((row) => {
      if (String(row.pk).startsWith('TARGETS#') && row.state === 'verified') row.version = '7.7.7';
    }),
  ],
  [
    'a change that is reported wrongly',
    /GET \/changes does not tell .* 2\.0\.0 1\.0\.0 2\.0\.0 ada/,
    {},
    rewrite((row) => {
      if (String(row.pk).startsWith('CHANGES#')) row.after = '7.7.7';
    }),
  ],
  [
    'an outcome of SUCCESS for a version that never ran',
    /was verified, and 2\.0\.0 was not there/,
    { acts: [] },
    ({ cluster }) => {
      cluster.running = () => '1.0.0';
    },
  ],
  [
    'a hold that is ignored',
    /began in hold/,
    { acts: [{ do: 'pause', scope: {}, rollbacks: false, at: 5 }] },
    rewrite((row) => {
      const { hold } = (row.message ?? {}) as { hold?: { scope: object } };
      if (row.pk === 'INBOX' && hold !== undefined) hold.scope = { service: 'nobody' };
    }),
  ],
  [
    'a rollback in the wrong order',
    /shared\/a went back before shared\/b, which depended on it/,
    {},
    ({ deps }) => {
      const put = deps.documents.put.bind(deps.documents);
      deps.documents.put = (path, text) => put(path, path.endsWith('/schedule.json') ? withoutEdges(text) : text);
    },
  ],
  [
    'a batch that is still listed under an earlier status',
    /BY#status#PENDING#.* should be undefined/,
    {},
    ({ table }) => {
      const transact = table.transact.bind(table);
      table.transact = (writes) =>
        transact(writes.filter((write) => !('delete' in write && write.delete.pk.startsWith('BY#status#'))));
    },
  ],
  [
    'a change that is reported wrongly',
    /CHANGES#staging#.* should be/,
    {},
    rewrite((row) => {
      if (String(row.pk).startsWith('CHANGES#')) row.after = '7.7.7';
    }),
  ],
  [
    'a lock that is left behind',
    /left behind: lock/,
    {},
    ({ table }) => {
      const transact = table.transact.bind(table);
      table.transact = (writes) =>
        transact(writes.filter((write) => !('delete' in write && write.delete.sk.startsWith('LOCK#'))));
    },
  ],
];

describe('is noticed:', () => {
  test.each(spoiled)('%s', async (_, expected, story, spoil) => {
    const { violations } = await playStory({ ...calm, ...story }, { spoil });
    expect(violations.join('\n')).toMatch(expected);
  });

  test('notices nothing when all is well', async () => {
    expect(await playStory(calm)).toMatchObject({ violations: [], runs: 4 });
  });
});
