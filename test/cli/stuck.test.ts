import { expect, test } from 'vitest';
import { makePalette } from '../../lib/cli/palette.ts';
import { stuckLines } from '../../lib/cli/status-lines.ts';
import { timesIn } from '../../lib/cli/times.ts';
import { tellStuck } from '../../lib/domain/stuck/stuck.ts';
import { groupOf, own, toldCases } from '../domain/stuck/groups.ts';
import { run, startFakeApi } from './cli-world.ts';

const commands = [...new Set(toldCases.flatMap(({ command }) => command ?? []))];

test.each(commands)('%s is a command line that this program takes', async (command) => {
  const api = await startFakeApi({});
  const [, ...words] = command.split(' ');
  const { status } = await run([...words, '--url', api.url], { says: 'n' });
  await api.close();
  expect(api.received.length).toBeGreaterThan(0);
  expect(status).not.toBe(2);
});

test('what is stuck is told with who can do something, and the command as it can be typed', () => {
  const about = { batch_id: own, submitted_by: 'ada', secondPerson: new Set<string>() };
  const stuck = [tellStuck({ ...groupOf(toldCases[0]!), count: 7 }, about)];
  const command = (...words: readonly string[]): string => ['flotilla', ...words, '--url', 'http://x'].join(' ');
  const lines = stuckLines({ stuck }, { colours: makePalette(false).colours, times: timesIn('UTC'), command });
  expect(lines).toEqual([
    'Stuck since 2026-11-30 03:00:00Z: Nobody knows what became of 7 deployments. Look, and say it.',
    '  risk/service-0, risk/service-1, … and 5 more',
    '  Who can do something: a person who may resolve risk in uat.',
    `  flotilla resolve ${own} --all --url http://x`,
  ]);
});

test('a server of an earlier version says nothing of it', () => {
  expect(stuckLines({}, { colours: makePalette(false).colours, times: timesIn('UTC'), command: () => '' })).toEqual([]);
});
