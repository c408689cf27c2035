import type { Evidence } from './evidence.ts';
import { foreignName, foreignText } from './foreign-text.ts';

/**
 * Messages from a cluster or an executor can have any length. A table item holds 400 KB, and a deployment's row
 * contains evidence six times. A row that cannot be written would keep its batch from ever ending.
 */
const longestText = 2_000;
export const foreignSentence = (text: string): string => foreignText(text, longestText);

const fittingFact = ({ container, ...one }: Evidence): Evidence => ({
  ...one,
  name: foreignName(one.name),
  ...(container === undefined ? {} : { container: foreignName(container) }),
  reason: foreignName(one.reason),
  message: foreignSentence(one.message),
});

/** In bytes. A row stores it twice, in the failure and in the outcome. */
const mostEvidence = 160_000;

/** What led to the verdict comes first, then the events. What does not fit is dropped from the end. */
export const foreignEvidence = (evidence: readonly Evidence[]): readonly Evidence[] => {
  let bytes = 0;
  return evidence.map(fittingFact).filter((one) => {
    bytes += Buffer.byteLength(JSON.stringify(one));
    return bytes <= mostEvidence;
  });
};
