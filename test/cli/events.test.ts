import { describe, expect, onTestFinished, test } from 'vitest';
import type { EventView } from '../../lib/usecases/record/follow-feed.ts';
import { event, id } from './answers.ts';
import { type RunOptions, run, type Script, startFakeApi } from './cli-world.ts';

const against = async (script: Script, argv: readonly string[], options: RunOptions = {}) => {
  const api = await startFakeApi(script);
  onTestFinished(() => api.close());
  return { api, ...(await run(['events', ...argv, '--utc', '--url', api.url], options)) };
};

const hold: EventView = {
  ...event(1, { message: 'Nothing starts in uat: x', reason: 'HoldBegan' }),
  type: 'hold',
  hold: 'H1',
};
const accepted = event(2, { batch_id: id, reason: 'Submitted', message: 'Accepted.', actor: 'ada' });
const lines = [
  '2026-09-30 06:00:01Z hold H1                          PROCESSING HoldBegan: Nothing starts in uat: x (test)',
  `2026-09-30 06:00:02Z batch ${id} PROCESSING Submitted: Accepted. (ada)`,
];
const page = (events: readonly EventView[], next_after: number, ended = false) => ({
  body: { events, next_after, ended },
});
const asked = (after: number, wait = 0, path = '/events') => `GET ${path}?after=${after}&wait=${wait}&limit=1000`;

describe('flotilla events', () => {
  test('shows the latest events of all batches and holds, page by page', async () => {
    const script = { [asked(-50)]: page([hold], 1), [asked(1)]: page([accepted], 2), [asked(2)]: page([], 2) };
    const { status, out } = await against(script, []);
    expect([status, out]).toEqual([0, lines]);
    const json = await against(script, ['--json']);
    expect(JSON.parse(json.out.join(''))).toEqual({ events: [hold, accepted], next_after: 2, ended: false });
  });

  test('continues after a sequence number, and says when there is nothing new', async () => {
    const { status, out } = await against({ [asked(7)]: page([], 7) }, ['--after', '7']);
    expect([status, out]).toEqual([0, ['Nothing has happened.']]);
  });

  test('shows the events of one batch', async () => {
    const path = `/batches/${id}/events`;
    const { out } = await against({ [asked(0, 0, path)]: page([accepted], 1, true) }, [id]);
    expect(out).toEqual([lines[1]]);
  });

  test('--follow shows new events until the batch ends, as JSON lines too', async () => {
    const path = `/batches/${id}/events`;
    const script = { [asked(0, 20, path)]: page([accepted], 1), [asked(1, 20, path)]: page([hold], 2, true) };
    expect(await against(script, [id, '--follow'])).toMatchObject({ status: 0, out: lines.toReversed() });
    const { out } = await against(script, [id, '--follow', '--json']);
    expect(out.map((line) => JSON.parse(line))).toEqual([accepted, hold]);
  });

  test('rejects --patience without --follow', async () => {
    expect((await against({}, ['--patience', '3'])).status).toBe(2);
  });
});
