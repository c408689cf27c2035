import { describe, expect, it } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { parseFaultFile, parseFaultOrder } from '../../../lib/simulators/harness/fault-file.ts';
import { faultNames } from '../../../lib/simulators/harness/fault-rules.ts';

const problems = (text: string): readonly string[] => {
  const read = parseFaultFile(text);
  return 'issues' in read ? read.issues.map(describeIssue) : [];
};

describe('a file of faults', () => {
  it.each<[string, object]>([
    ['- fault: reject', { orders: [{ fault: 'reject' }], installation: {} }],
    ['[{"fault":"slow","milliseconds":5}]', { orders: [{ fault: 'slow', milliseconds: 5 }], installation: {} }],
    ['faults: []', { orders: [], installation: {} }],
    [
      'installation: { notes: row, lag_milliseconds: 9, execution_details: hidden, max_concurrent_runs: 3 }',
      {
        orders: [],
        installation: { notes: 'row', lagMilliseconds: 9, executionDetails: 'hidden', maxConcurrentRuns: 3 },
      },
    ],
    [
      'faults: [{ fault: fail-stage, status: Expired, match: { version: "1.0" }, every: 2, times: 1, share: 0.5 }]',
      {
        orders: [{ fault: 'fail-stage', status: 'Expired', match: { version: '1.0' }, every: 2, times: 1, share: 0.5 }],
        installation: {},
      },
    ],
  ])('reads %s', (text, read) => {
    expect(parseFaultFile(text)).toEqual(read);
  });

  it('reports all its problems at once, each with its place and a remedy', () => {
    const text = `
installation:
  notes: column
  detail: V2
  requests_per_minute: many
faults:
  - fault: rejekt
  - fault: slow-answer
    on: [list, lists]
    share: 3
    every: 0
  - fault: server-error
    match: { servise: a }
    when: later
  - fault: reject
    on: []
    share: a tenth
  - match: { key: k }
`;
    expect(problems(text)).toEqual([
      '3:10 installation.notes: "column" is not one of row, call, hidden',
      expect.stringMatching(/^4:3 installation\.detail: unknown key; known here: .* \(did you mean `details`\?\)$/),
      '5:24 installation.requests_per_minute: "many" where a whole number is needed',
      expect.stringMatching(/^7:12 faults\[1\]\.fault: "rejekt" is not one of reject, /),
      '9:16 faults[2].on[2]: "lists" is not one of webhook, execute, abort, list, detail, event-details, notes (did you mean list?)',
      '10:12 faults[2].share: the number 3 is not over 0 and at most 1',
      '11:12 faults[2].every: the number 0 is under 1',
      expect.stringMatching(/^13:14 faults\[3\]\.match\.servise: unknown key; .*\(did you mean `service`\?\)$/),
      '14:11 faults[3].when: "later" is not one of before, after',
      '16:9 faults[4].on: the list is empty; at least 1 entry is needed',
      '17:12 faults[4].share: "a tenth" where a number over 0 and at most 1 is needed',
      expect.stringMatching(/^18:5 faults\[5\]\.fault: is missing; one of reject, .* is needed$/),
    ]);
  });

  it.each<[string, string]>([
    ['fault: slow, on: [list]', '1:22 [1].on: a list has no meaning for slow (remove it; it takes milliseconds)'],
    [
      'fault: lose-event, milliseconds: 5',
      '1:38 [1].milliseconds: the number 5 has no meaning for lose-event (remove it; it takes none of its own)',
    ],
    [
      'fault: wait-for-person, status: Running',
      '1:37 [1].status: "Running" is no status of wait-for-person (write one of ApprovalWaiting, InterventionWaiting, InputWaiting)',
    ],
  ])('refuses a meaningless field: %s', (order, problem) => {
    expect(problems(`- { ${order} }`)).toEqual([problem]);
  });

  it.each<[string, string]>([
    ['', 'the file is empty'],
    ['reject', '"reject" where a mapping is needed'],
    ['faults: 3', 'the number 3 where a list is needed'],
    ['- [', 'a `[` is not closed before this'],
    ['- { fault: reject, fault: slow }', 'this key is written twice in the same mapping'],
  ])('refuses a file that is %j', (text, problem) => {
    expect(problems(text).join()).toContain(problem);
  });
});

it('an order can name any fault', () => {
  for (const fault of faultNames) expect(parseFaultOrder(`{"fault":"${fault}"}`)).toEqual({ fault });
});
