import { subscribe } from 'node:diagnostics_channel';
import { afterEach, expect } from 'vitest';
import type { Answered } from '../functions/api/answered.ts';

/**
 * Compares every answer of the API in any test with the contract of its route: status, type and body, and no extra
 * field. Tests without requests load nothing for it.
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
