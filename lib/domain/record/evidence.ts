import type { JsonObject } from '../json.ts';

/** Something seen that explains a verdict: a pod, a condition, a health answer, a pipeline stage. */
export interface Evidence {
  readonly kind: string;
  readonly name: string;
  readonly container?: string;
  readonly reason: string;
  readonly message: string;
  /** Last lines of the container's log. */
  readonly log?: readonly string[];
  /** How many lines of it are kept, where they are not told. */
  readonly log_lines?: number;
}

/** Evidence for those who may not read logs: how many lines there are, instead of the lines. */
export const withoutLogs = (evidence: readonly Evidence[]): readonly Evidence[] =>
  evidence.map(({ log, ...one }) => (log === undefined ? one : { ...one, log_lines: log.length }));

/** Evidence as an event has it, which goes to many readers and into archives: a log stays in the row of its deployment. */
export const toldEvidence = (evidence: readonly Evidence[] = []): readonly JsonObject[] =>
  JSON.parse(JSON.stringify(withoutLogs(evidence)));

/** What an event tells, for those who may not read logs: events of earlier versions have the lines. */
export const detailWithoutLogs = (detail: JsonObject): JsonObject =>
  Array.isArray(detail.evidence) &&
  (detail.evidence as unknown as readonly Evidence[]).some(({ log }) => log !== undefined)
    ? { ...detail, evidence: toldEvidence(detail.evidence as unknown as readonly Evidence[]) }
    : detail;
