import { expect, test } from 'vitest';
import { judgeAudit, judgeSignatures } from './judge.ts';

const counted = (high: number, total: number, names: Record<string, { severity: string }> = {}) => ({
  vulnerabilities: names,
  metadata: { vulnerabilities: { info: 0, low: 0, moderate: total - high, high, critical: 0, total } },
});
const refused = { message: '405 Method Not Allowed', statusCode: 405, error: { summary: '', detail: '' } };
const unreached = { error: { code: 'ENOTFOUND', summary: 'request failed\nmore of it', detail: '' } };
const some = [{ name: 'a', version: '1.0.0', location: 'node_modules/a' }];

test.each([
  ['nothing known', judgeAudit, counted(0, 0), false, 'known holes: 0, high or worse 0'],
  ['some that are not high', judgeAudit, counted(0, 2), false, 'known holes: 2, high or worse 0'],
  [
    'one that is high',
    judgeAudit,
    counted(1, 2, { a: { severity: 'high' }, b: { severity: 'moderate' } }),
    true,
    'known holes: 2, high or worse 1 (a)',
  ],
  ['a refusal', judgeAudit, refused, false, 'known holes: NOT ANSWERED by the registry: 405 Method Not Allowed'],
  ['nobody there', judgeSignatures, unreached, false, 'signatures: NOT ANSWERED by the registry: request failed'],
  ['another answer', judgeAudit, { any: 1 }, true, 'known holes: npm ended with 1 and said nothing that is known'],
  ['no answer', judgeSignatures, undefined, true, 'signatures: npm ended with 1 and said nothing that is known'],
  ['good signatures', judgeSignatures, { invalid: [], missing: [] }, false, 'signatures: all are right'],
  ['a wrong one', judgeSignatures, { invalid: some, missing: [] }, true, 'signatures: wrong a@1.0.0; missing none'],
  ['a missing one', judgeSignatures, { invalid: [], missing: some }, true, 'signatures: wrong none; missing a@1.0.0'],
])('%s', (_, judge, answer, isBad, told) => {
  expect(judge({ stdout: answer === undefined ? '' : JSON.stringify(answer), status: 1 })).toEqual({ isBad, told });
});
