import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inCommands } from '../../lib/cli/in-commands.ts';
import { problem } from './answers.ts';
import { run, startFakeApi } from './cli-world.ts';

const root = join(import.meta.dirname, '..', '..');

test.each([
  ['GET /targets shows what there is.', 'flotilla targets shows what there is.'],
  ['there is no batch; GET /batches lists the ids', 'there is no batch; flotilla list lists the ids'],
  ['Only GET /batches/{id} accepts latest.', 'Only flotilla status accepts latest.'],
  ['Look at it again: POST /batches/plan.', 'Look at it again: flotilla plan.'],
  ['Look: GET /api/v1/deployments/web-1.', 'Look: flotilla requests show web-1 --deployment.'],
  ['Nothing of the kind.', 'Nothing of the kind.'],
])('%s', (text, told) => {
  expect(inCommands(text)).toBe(told);
});

test('names a command for each route in a message of the API', async () => {
  const detail = 'There is no hold h. GET /holds shows those in force.';
  const api = await startFakeApi({ 'GET /batches/B1': problem(404, 'BatchNotFound', { detail }) });
  onTestFinished(() => api.close());
  const { error } = await run(['status', 'B1', '--url', api.url]);
  expect(error).toEqual(['There is no hold h. flotilla holds shows those in force.']);
});

/** Uploads are for people who write their own client. */
const isForClients = (line: string): boolean => line.includes('/uploads');

test('knows a command for every route in a message of a use case', () => {
  const files = globSync('lib/{usecases,domain}/**/*.ts', { cwd: root }).filter(
    (file) => !file.includes('catalogue.ts'),
  );
  const lines = files.flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n'));
  const texts = lines.filter(
    (line) => /['"`].*\b(GET|POST|PUT|PATCH|DELETE) \//.test(line) && !/^\s*(\/?\*|\/\/)/.test(line),
  );
  expect(texts.length).toBeGreaterThan(5);
  const left = texts.map(inCommands).filter((line) => /\b(GET|POST|PUT|PATCH|DELETE) \//.test(line));
  expect(left.filter((line) => !isForClients(line))).toEqual([]);
});
