import type { JsonObject } from '../json.ts';

/** An observation that explains a verdict: a pod, a condition, a health answer, a pipeline stage. */
export interface Evidence {
  readonly kind: string;
  readonly name: string;
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** The last lines of the container's log. */
  readonly log?: readonly string[];
  /** How many lines are kept, if they are not shown. */
  readonly log_lines?: number;
}

/** For readers without the right to logs: the number of lines instead of the lines. */
export const withoutLogs = (evidence: readonly Evidence[]): readonly Evidence[] =>
  evidence.map(({ log, ...one }) => (log === undefined ? one : { ...one, log_lines: log.length }));

/** Evidence in the form for events, which go to many readers and into archives. Logs stay in the deployment's row. */
export const toldEvidence = (evidence: readonly Evidence[] = []): readonly JsonObject[] =>
  JSON.parse(JSON.stringify(withoutLogs(evidence)));

/** An event's detail for readers without the right to logs: events of earlier versions contain the lines. */
export const detailWithoutLogs = (detail: JsonObject): JsonObject =>
  Array.isArray(detail.evidence) &&
  (detail.evidence as unknown as readonly Evidence[]).some(({ log }) => log !== undefined)
    ? { ...detail, evidence: toldEvidence(detail.evidence as unknown as readonly Evidence[]) }
    : detail;
