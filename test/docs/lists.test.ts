import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { batchesAsked, deploymentsAsked } from '../../functions/api/list-query.ts';
import { ended, health, id } from '../cli/answers.ts';
import { run, startFakeApi } from '../cli/cli-world.ts';
import { tableRows } from './table-rows.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'lists.md'), 'utf8');
const [ofBatches = '', ofDeployments = ''] = page.split('## Deployments of a batch');

const inBackticks = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, found]) => found!);
const rows = (text: string, head: string) => tableRows(text, head, (line) => line.startsWith(head));

test.each([
  ['| filter | a batch |', ofBatches, batchesAsked],
  ['| filter | a deployment |', ofDeployments, deploymentsAsked],
] as const)('%s has all filters', (head, text, { shape }) => {
  const known = Object.keys(shape).filter((name) => name !== 'limit' && name !== 'after');
  expect(
    rows(text, head)
      .flatMap(([cell]) => inBackticks(cell))
      .toSorted(),
  ).toEqual(known.toSorted());
});

describe('the commands ask for what the page says', () => {
  const examples = [ofBatches, ofDeployments].flatMap((text) => rows(text, '| command | what it asks for |'));
  test.each(examples.map(([command, asked]) => [inBackticks(command)[0]!, inBackticks(asked)[0]!]))(
    '%s',
    async (command, asked) => {
      const api = await startFakeApi({
        [`GET ${asked}`]: { body: { batches: [], deployments: [], limit: 1 } },
        [`GET /batches/${id}`]: { body: { ...ended('SUCCESS'), batch_id: id } },
        'GET /health': { body: health },
      });
      onTestFinished(() => api.close());
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
      const { status, error } = await run([...words.slice(1), '--url', api.url]);
      expect([status, error]).toEqual([0, []]);
    },
  );
});
