import { describe, expect, it } from 'vitest';
import { faultNames } from '../../../lib/simulators/harness/fault-rules.ts';
import type { FaultOrder } from '../../../lib/simulators/harness/fault-schema.ts';
import { type Heard, VirtualHarness } from './virtual-harness.ts';

/**
 * Every fault, seen from the client's side of the wire, in virtual time: an event takes 1 s, each of two stages 5 s, an
 * abort 2 s.
 */

type What = 'execute' | 'webhook' | 'list' | 'detail' | 'notes' | 'abort' | 'event' | 'event v1';

/** In seconds from the start. */
type Look = readonly [at: number, what: What, sees: string];

const statusesIn = ({ data }: Heard): string =>
  data.content.map(({ status }: { status: string }) => status).join(', ') || 'nothing';

const eventWords = ({ data }: Heard): string => {
  const { status, payload } = data.webhookProcessingDetails;
  const run = data.executionDetails?.pipelineExecutionSummary.status ?? 'no run';
  return `${status}, ${run}, ${payload === null ? 'no payload' : 'payload'}`;
};

const words: { readonly [what in What]?: (heard: Heard) => string } = {
  list: statusesIn,
  detail: ({ data }) => data.pipelineExecutionSummary.status,
  notes: ({ data }) => data.notes,
  event: eventWords,
  'event v1': eventWords,
};

/** What the client sees, and how late it comes. */
const tell = async (virtual: VirtualHarness, what: What, asking: Promise<Heard>): Promise<string> => {
  const asked = virtual.clock.now();
  let heard: Heard | undefined;
  void asking.then((answer) => {
    heard = answer;
  });
  await virtual.pass(0);
  while (heard === undefined) await virtual.pass(1_000);
  const told = heard.word === '200' ? (words[what]?.(heard) ?? '200') : heard.word;
  return heard.at === asked ? told : `${told} after ${(heard.at - asked) / 1_000} s`;
};

const ask = async (virtual: VirtualHarness, what: What): Promise<Heard> => {
  const run = virtual.harness.runs()[0]?.plan_execution_id ?? 'none';
  const event = virtual.harness.runs()[0]?.event_id ?? eventsOf.get(virtual) ?? 'none';
  switch (what) {
    case 'execute':
      return virtual.execute();
    case 'webhook': {
      const heard = await virtual.fire();
      if (heard.word === '200') eventsOf.set(virtual, heard.data.eventCorrelationId);
      return heard;
    }
    case 'list':
      return virtual.list();
    case 'event':
      return virtual.event(event);
    case 'event v1':
      return virtual.event(event, '');
    default:
      return virtual[what](run);
  }
};

const eventsOf = new WeakMap<VirtualHarness, string>();

const rejected: Look = [0, 'list', 'nothing'];
const running: Look = [0, 'list', 'Running'];

const rows: readonly (readonly [order: FaultOrder, ...looks: Look[]])[] = [
  [{ fault: 'reject' }, [0, 'execute', '400 INVALID_REQUEST'], rejected],
  [{ fault: 'too-many-requests' }, [0, 'webhook', '429'], [2, 'list', 'nothing']],
  [{ fault: 'too-many-requests', on: ['list'], times: 1 }, [0, 'execute', '200'], [0, 'list', '429'], running],
  [{ fault: 'throttle' }, [0, 'execute', '400 TOO_MANY_REQUESTS'], rejected],
  [{ fault: 'throttle', on: ['detail'] }, [0, 'execute', '200'], [0, 'detail', '400 TOO_MANY_REQUESTS'], running],
  [{ fault: 'server-error' }, [0, 'execute', '500 UNKNOWN_ERROR'], running],
  [{ fault: 'server-error', when: 'before' }, [0, 'execute', '500 UNKNOWN_ERROR'], rejected],
  [{ fault: 'html-error' }, [0, 'execute', '502'], running],
  [{ fault: 'html-error', when: 'before' }, [0, 'execute', '502'], rejected],
  [{ fault: 'html-error', on: ['notes'], times: 1 }, [0, 'execute', '200'], [0, 'notes', '502'], [0, 'notes', 'k1']],
  [{ fault: 'drop-reply' }, [0, 'execute', 'ECONNRESET'], running],
  [
    { fault: 'drop-reply', on: ['abort'] },
    ...([
      [0, 'execute', '200'],
      [1, 'abort', 'ECONNRESET'],
      [1, 'detail', 'Discontinuing'],
    ] as const),
  ],
  [{ fault: 'refuse-connection', times: 1 }, [0, 'execute', 'ECONNREFUSED'], rejected],
  [{ fault: 'slow-answer', on: ['detail'] }, [0, 'execute', '200'], [4, 'detail', 'Running after 10 s']],
  [
    { fault: 'slow-answer', milliseconds: 33_000 },
    [0, 'webhook', '200 after 33 s'],
    [33, 'list', 'Success after 33 s'],
  ],
  [
    { fault: 'no-v2-details' },
    ...([
      [0, 'webhook', '200'],
      [0, 'event', '404 ENTITY_NOT_FOUND'],
      [0, 'event v1', '400 INVALID_REQUEST'],
      [1, 'event v1', 'TARGET_EXECUTION_REQUESTED, Running, payload'],
    ] as const),
  ],
  [{ fault: 'lose-event' }, [0, 'webhook', '200'], [999, 'event', 'QUEUED, no run, payload'], [999, 'list', 'nothing']],
  [{ fault: 'late-event' }, [0, 'webhook', '200'], [10, 'list', 'nothing'], [11, 'list', 'Running']],
  [
    { fault: 'fail-event', status: 'INVALID_PAYLOAD' },
    ...([
      [0, 'webhook', '200'],
      [1, 'event', 'INVALID_PAYLOAD, no run, payload'],
      [9, 'list', 'nothing'],
    ] as const),
  ],
  [{ fault: 'hide-payload' }, [0, 'webhook', '200'], [1, 'event', 'TARGET_EXECUTION_REQUESTED, Running, no payload']],
  [
    { fault: 'hide-execution-details' },
    [0, 'webhook', '200'],
    [1, 'event', 'TARGET_EXECUTION_REQUESTED, no run, payload'],
  ],
  [
    { fault: 'stale-status', milliseconds: 20_000 },
    [0, 'execute', '200'],
    [29, 'detail', 'Running'],
    [30, 'detail', 'Success'],
  ],
  [
    { fault: 'late-run' },
    ...([
      [0, 'execute', '200'],
      [4, 'list', 'nothing'],
      [4, 'detail', '404 ENTITY_NOT_FOUND'],
      [4, 'notes', '404 ENTITY_NOT_FOUND'],
      [4, 'abort', '200'],
      [5, 'detail', 'Discontinuing'],
    ] as const),
  ],
  [
    { fault: 'forget-run', milliseconds: 7_000 },
    ...([
      [0, 'execute', '200'],
      [6, 'detail', 'Running'],
      [7, 'list', 'nothing'],
      [7, 'detail', '404 ENTITY_NOT_FOUND'],
      [7, 'abort', '404 ENTITY_NOT_FOUND'],
    ] as const),
  ],
  [{ fault: 'hide-notes' }, [0, 'execute', '200'], [0, 'notes', '404 ENTITY_NOT_FOUND']],
  [
    { fault: 'queued-for-ever' },
    ...([
      [0, 'execute', '200'],
      [9_999_999, 'detail', 'Queued'],
      [9_999_999, 'abort', '200'],
      [10_000_001, 'detail', 'Aborted'],
    ] as const),
  ],
  [
    { fault: 'queued-for-ever', status: 'QueuedExecutionConcurrencyReached' },
    [0, 'execute', '200'],
    [99, 'detail', 'QueuedExecutionConcurrencyReached'],
  ],
  [
    { fault: 'wait-for-person' },
    ...([
      [0, 'execute', '200'],
      [5, 'detail', 'ApprovalWaiting'],
      [14, 'list', 'ApprovalWaiting'],
      [15, 'detail', 'Running'],
      [20, 'detail', 'Success'],
    ] as const),
  ],
  [
    { fault: 'wait-for-person', status: 'InputWaiting', outcome: 'rejected', milliseconds: 60_000 },
    ...([
      [0, 'execute', '200'],
      [64, 'detail', 'InputWaiting'],
      [65, 'detail', 'ApprovalRejected'],
    ] as const),
  ],
  [
    { fault: 'wait-for-person', milliseconds: 60_000 },
    ...([
      [0, 'execute', '200'],
      [9, 'abort', '200'],
      [11, 'detail', 'Aborted'],
    ] as const),
  ],
  [{ fault: 'slow' }, [0, 'execute', '200'], [19, 'detail', 'Running'], [20, 'detail', 'Success']],
  [{ fault: 'stuck-running' }, [0, 'execute', '200'], [9_999_999, 'detail', 'Running']],
  [{ fault: 'fail-stage' }, [0, 'execute', '200'], [10, 'detail', 'Failed']],
  [{ fault: 'fail-stage', status: 'Expired' }, [0, 'execute', '200'], [10, 'detail', 'Expired']],
  [{ fault: 'fail-after-apply' }, [0, 'execute', '200'], [10, 'detail', 'Failed']],
  [{ fault: 'refuse-abort' }, [0, 'execute', '200'], [1, 'abort', '400 INVALID_REQUEST'], [1, 'detail', 'Running']],
  [
    { fault: 'ignore-abort' },
    [0, 'execute', '200'],
    [1, 'abort', '200'],
    [1, 'detail', 'Running'],
    [10, 'detail', 'Success'],
  ],
  [
    { fault: 'slow-abort' },
    ...([
      [0, 'execute', '200'],
      [1, 'abort', '200'],
      [60, 'detail', 'Discontinuing'],
      [61, 'detail', 'Aborted'],
    ] as const),
  ],
];

const run = async (order: FaultOrder | undefined, looks: readonly Look[]): Promise<readonly Look[]> => {
  const virtual = new VirtualHarness();
  if (order !== undefined) virtual.harness.order(order);
  const begun = virtual.clock.now();
  const seen: Look[] = [];
  for (const [at, what] of looks) {
    await virtual.pass(Math.max(0, begun + at * 1_000 - virtual.clock.now()));
    seen.push([at, what, await tell(virtual, what, ask(virtual, what))]);
  }
  virtual.harness.close();
  return seen;
};

describe('a fault', () => {
  it.each(rows.map(([order, ...looks]) => ({ name: JSON.stringify(order), order, looks })))(
    '$name',
    async ({ order, looks }) => {
      expect(await run(order, looks)).toEqual(looks);
    },
  );

  it('each fault has a row here', () => {
    expect(new Set(rows.map(([{ fault }]) => fault))).toEqual(new Set(faultNames));
  });

  it('makes the difference', async () => {
    const looks: readonly Look[] = [
      [0, 'webhook', '200'],
      [0, 'event', 'QUEUED, no run, payload'],
      [0, 'event v1', '400 INVALID_REQUEST'],
      [1, 'event', 'TARGET_EXECUTION_REQUESTED, Running, payload'],
      [2, 'notes', ''],
      [10, 'detail', 'Running'],
      [11, 'detail', 'Success'],
      [11, 'abort', '400 INVALID_REQUEST'],
    ];
    expect(await run(undefined, looks)).toEqual(looks);
  });
});
