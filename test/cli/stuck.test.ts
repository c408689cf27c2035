import { expect, test } from 'vitest';
import { makePalette } from '../../lib/cli/palette.ts';
import { batchLines, stuckLines } from '../../lib/cli/status-lines.ts';
import { timesIn } from '../../lib/cli/times.ts';
import { tellStuck } from '../../lib/domain/stuck/stuck.ts';
import type { BatchView } from '../../lib/usecases/batch/read-batch.ts';
import { groupOf, own, toldCases } from '../domain/stuck/groups.ts';
import { run, startFakeApi } from './cli-world.ts';

const commands = [...new Set(toldCases.flatMap(({ command }) => command ?? []))];

test.each(commands)('%s is a valid command line of this program', async (command) => {
  const api = await startFakeApi({});
  const [, ...words] = command.split(' ');
  const { status } = await run([...words, '--url', api.url], { says: 'n' });
  await api.close();
  expect(api.received.length).toBeGreaterThan(0);
  expect(status).not.toBe(2);
});

test('shows what is stuck, with who can act and the command to type', () => {
  const about = { batch_id: own, submitted_by: 'ada', secondPerson: new Set<string>() };
  const stuck = [tellStuck({ ...groupOf(toldCases[0]!), count: 7 }, about)];
  const command = (...words: readonly string[]): string => ['flotilla', ...words, '--url', 'http://x'].join(' ');
  const lines = stuckLines({ stuck }, { colours: makePalette(false).colours, times: timesIn('UTC'), command });
  expect(lines).toEqual([
    'Stuck since 2026-11-30 03:00:00Z: The outcome of 7 deployments is not known. Check, then resolve.',
    '  risk/service-0, risk/service-1, … and 5 more',
    '  Who can do something: a person who may resolve risk in uat.',
    `  flotilla resolve ${own} --all --url http://x`,
  ]);
});

test('accepts an earlier server, which does not report stuck deployments', () => {
  expect(stuckLines({}, { colours: makePalette(false).colours, times: timesIn('UTC'), command: () => '' })).toEqual([]);
});

test.each<[origin: NonNullable<BatchView['origin']>, told: string]>([
  [{ kind: 'request', request: 'R1', identifier: 'web-team-a-261' }, 'A deployment request of web-team-a-261.'],
  [{ kind: 'request' }, 'A deployment request.'],
  [{ kind: 'deployment' }, 'One deployment, without a file.'],
  [{ kind: 'rollback', of: 'B1', automatic: true }, 'The automatic rollback of batch B1.'],
])('shows where a batch came from: %o', (origin, told) => {
  const batch = { batch_id: 'B', name: 'b', status: 'SUCCESS', reason: 'r', message: 'm', metadata: {}, origin };
  const lines = batchLines(
    { ...batch, created_at: 0, submitted_by: 'ada' } as unknown as BatchView,
    makePalette(false).colours,
    timesIn('UTC'),
  );
  expect(lines).toContain(told);
});
