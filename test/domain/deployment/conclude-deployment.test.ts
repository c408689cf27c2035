import { describe, expect, it } from 'vitest';
import { concludeDeployment } from '../../../lib/domain/deployment/conclude-deployment.ts';
import { pendingItem } from '../../../lib/domain/record/change.ts';

/** What ended a child before anything was started, and what a user is told of it. */
const causes: readonly (readonly [string, string | undefined, string])[] = [
  [
    'a function that failed',
    JSON.stringify({ errorType: 'ClusterUnavailable', errorMessage: 'eu-1 cannot be asked', trace: ['at read'] }),
    'Nothing was started: ClusterUnavailable: eu-1 cannot be asked.',
  ],
  ['a message of several lines', 'first\nsecond', 'Nothing was started: ClusterUnavailable: first.'],
  ['JSON of another form', '{"code":7}', 'Nothing was started: ClusterUnavailable: {"code":7}.'],
  ['what only looks like JSON', '{ not json', 'Nothing was started: ClusterUnavailable: { not json.'],
  ['no cause', undefined, 'Nothing was started: ClusterUnavailable.'],
];

describe('the outcome of a deployment that a technical error ended', () => {
  it.each(causes)('tells the message of %s, without its trace', (_, Cause, message) => {
    const item = pendingItem('b', 0, 'risk/api');
    const error = { Error: 'ClusterUnavailable', Cause };
    const known = { item, turn: undefined, capture: undefined, now: 0 };
    expect(concludeDeployment({ ...known, error: error as { Error: string; Cause: string } })).toMatchObject({
      status: 'FAILED',
      reason: 'NotStarted',
      message,
    });
  });
});
