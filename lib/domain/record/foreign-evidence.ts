import type { Evidence } from './evidence.ts';
import { foreignName, foreignText } from './foreign-text.ts';

/**
 * What a cluster or an executor says may be of any length. An item of the table holds 400 KB, and the row of a deployment says
 * it six times: a row that cannot be written would keep its batch from ever ending.
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

/** In bytes: a row keeps it twice, in the failure and in the outcome. */
const mostEvidence = 160_000;

/** What led to the verdict comes first, then the events: what does not fit is left out at the end. */
export const foreignEvidence = (evidence: readonly Evidence[]): readonly Evidence[] => {
  let bytes = 0;
  return evidence.map(fittingFact).filter((one) => {
    bytes += Buffer.byteLength(JSON.stringify(one));
    return bytes <= mostEvidence;
  });
};
