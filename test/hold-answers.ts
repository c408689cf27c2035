import { subscribe } from 'node:diagnostics_channel';
import { afterEach, expect } from 'vitest';
import type { Answered } from '../functions/api/answered.ts';

/**
 * Holds whatever the API answers in any test against the contract of its route: status, type and body, and no field more. Tests that
 * ask nothing load nothing for it.
 */
const seen: Answered[] = [];
subscribe('flotilla:api:answered', (message) => void seen.push(message as Answered));

afterEach(async () => {
  if (seen.length === 0) return;
  const { contractFaults, seenAnswer } = await import('./functions/contract-check.ts');
  const faults = seen
    .splice(0)
    .flatMap(({ event, answer }) => contractFaults(seenAnswer(event.requestContext.http, answer)));
  expect([...new Set(faults)]).toEqual([]);
});
