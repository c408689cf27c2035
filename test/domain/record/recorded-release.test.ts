import { expect, test } from 'vitest';
import {
  type LastChangeRow,
  recordedAtObject,
  recordedOrAdopted,
} from '../../../lib/domain/record/recorded-release.ts';
import type { Standing } from '../../../lib/domain/targets/target-row.ts';

const own = { version: '1.0.0', batch_id: 'OWN', at: 10 };
const change = (target: string, at: number, more: Partial<LastChangeRow> = {}): LastChangeRow => ({
  ...{ target, at, batch_id: `OF-${target}`, version: '2.0.0' },
  ...more,
});
const from = (target: string, at: number) => ({ target, at, batch_id: `OF-${target}`, version: '2.0.0' });
const ended = { status: 'FAILED', reason: 'Timeout', version: '3.0.0' } as const;
const { version: _, ...open } = change('sit', 11, { ended });

test.each([
  ['nothing is recorded', undefined, [], undefined],
  ['nobody else changed it', own, [], own],
  ['the last change is its own', own, [change('dev', 10)], own],
  ["the object's own record is already known", own, [change('dev', 11)], own],
  ['another changed it before', own, [change('sit', 9)], own],
  ['another changed it since', own, [change('sit', 11)], from('sit', 11)],
  ['only another ever changed it', undefined, [change('sit', 1)], from('sit', 1)],
  ['the last of several others counts', own, [change('sit', 11), change('uat', 13), change('x', 12)], from('uat', 13)],
  ['another left open what runs', own, [open], open],
])('what runs if %s', (_, before, changes, wanted) => {
  expect(recordedAtObject(before, 'dev', changes)).toEqual(wanted);
});

test.each<[what: string, at: number | undefined, now: Pick<Standing, 'state' | 'since'> | undefined, runs: unknown]>([
  [
    'what was adopted since',
    5,
    { state: 'adopted', since: 9 },
    { version: '2.1', batch_id: 'N', at: 9, ttl_seconds: 60 },
  ],
  [
    'what was adopted without any other record',
    undefined,
    { state: 'adopted', since: 9 },
    { version: '2.1', batch_id: 'N', at: 9 },
  ],
  [
    'what was deployed after an adoption',
    10,
    { state: 'adopted', since: 9 },
    { version: '2.0', batch_id: 'R', at: 10, ttl_seconds: 60 },
  ],
  ['what was deployed', 5, { state: 'verified', since: 9 }, { version: '2.0', batch_id: 'R', at: 5, ttl_seconds: 60 }],
  ['nothing', undefined, undefined, undefined],
])('a plan compares with %s', (_, at, now, runs) => {
  const recorded = at === undefined ? undefined : { version: '2.0', batch_id: 'R', at, ttl_seconds: 60 };
  const standing = now === undefined ? undefined : { batch_id: 'N', index: 0, version: '2.1', ...now };
  expect(recordedOrAdopted(recorded, standing)).toEqual(runs);
});
