import type { JsonObject } from '../../domain/json.ts';
import type { Answered, StartResult } from '../../domain/ports.ts';
import { foreignName } from '../../domain/record/foreign-text.ts';
import type { HarnessReply } from './api.ts';
import { describeReply, isThrottled, objectAt, textAt } from './wire.ts';

type Rejected = Extract<StartResult, { kind: 'rejected' }>;

const rejected = (reason: string, retryable: boolean, message: string): Rejected => ({
  kind: 'rejected',
  retryable,
  reason,
  message,
});

const throttled = (reply: HarnessReply): Rejected => ({
  ...rejected('ExecutorThrottled', true, describeReply(reply)),
  ...(reply.kind === 'reply' && reply.retryAfter !== undefined ? { retryAfter: reply.retryAfter } : {}),
});

export const misconfigured = (problem: string): StartResult => rejected('ExecutorMisconfigured', false, problem);

/** Codes with which Harness refuses, whatever the HTTP status. */
const refusals: ReadonlySet<string> = new Set([
  'INVALID_REQUEST',
  'INVALID_TOKEN',
  'EXPIRED_TOKEN',
  'NG_ACCESS_DENIED',
  'ENTITY_NOT_FOUND',
]);

/** What the HTTP status alone says about a start. Returns the body if it was accepted. */
const judge = (reply: HarnessReply): StartResult | JsonObject => {
  const message = describeReply(reply);
  // A full budget of our own says nothing about Harness.
  if (reply.kind === 'not-sent' && reply.busyUntil !== undefined) return { kind: 'busy', until: reply.busyUntil };
  if (reply.kind === 'not-sent') return rejected('ExecutorUnreachable', !reply.permanent, message);
  if (reply.kind === 'lost') return { kind: 'unknown', message };
  const { status, body } = reply;
  if (status >= 200 && status < 300) return body ?? { kind: 'unknown', message };
  if (isThrottled(reply)) return throttled(reply);
  // A 303 answers a POST that was carried out. Any other redirect means that nobody accepted it.
  if (status >= 300 && status < 400 && status !== 303) return rejected('ExecutorMisconfigured', false, message);
  if (status >= 400 && status < 500 && status !== 408) return rejected('ExecutorRejected', false, message);
  return { kind: 'unknown', message };
};

const isVerdict = (judged: StartResult | JsonObject): judged is StartResult =>
  typeof (judged as { kind?: unknown }).kind === 'string';

/** A 200 without an id. Its envelope may still refuse, with a code that means it. */
const withoutId = (body: JsonObject, what: string): StartResult => {
  const reply: HarnessReply = { kind: 'reply', status: 200, body };
  if (isThrottled(reply)) return throttled(reply);
  const isRefusal = textAt(body, 'status') !== 'SUCCESS' && refusals.has(textAt(body, 'code') ?? '');
  if (isRefusal) return rejected('ExecutorRejected', false, describeReply(reply));
  return { kind: 'unknown', message: `${describeReply(reply)} (no ${what} in it)` };
};

const eventIdOf = (body: JsonObject): string | undefined =>
  textAt(objectAt(body, 'data'), 'eventCorrelationId') ?? textAt(body, 'data');

/** A gateway in front of older pipelines puts the run id at the top level. */
const directRunIdOf = (body: JsonObject): string | undefined =>
  textAt(body, 'executionId') ?? textAt(body, 'execution_id');

/** The reply, for the record. */
export const answeredBy = (reply: HarnessReply): Answered => {
  if (reply.kind !== 'reply') return { answer: reply.message };
  const code = textAt(reply.body, 'code');
  const trace = textAt(reply.body, 'correlationId');
  return {
    answer: foreignName(code === undefined ? `${reply.status}` : `${reply.status} ${code}`),
    ...(trace === undefined ? {} : { trace: foreignName(trace) }),
  };
};

/** An event id counts even with status FAILED: something was stored, and only its details show the result. */
export const webhookResult = (
  reply: HarnessReply,
  links: { readonly run: (id: string) => string; readonly isOwn: (url: string) => boolean },
): StartResult => {
  const judged = judge(reply);
  if (isVerdict(judged)) return judged;
  const run = directRunIdOf(judged);
  if (run !== undefined) return { kind: 'started', ref: run, url: links.run(run) };
  const event = eventIdOf(judged);
  if (event === undefined) return withoutId(judged, 'event id');
  const url = textAt(objectAt(judged, 'data'), 'uiUrl');
  return { kind: 'accepted', correlation: event, ...(url !== undefined && links.isOwn(url) ? { url } : {}) };
};

export const executeResult = (reply: HarnessReply, runUrl: (id: string) => string): StartResult => {
  const judged = judge(reply);
  if (isVerdict(judged)) return judged;
  const run = textAt(objectAt(judged, 'data', 'planExecution'), 'uuid') ?? directRunIdOf(judged);
  return run === undefined ? withoutId(judged, 'run id') : { kind: 'started', ref: run, url: runUrl(run) };
};
