import { createHash } from 'node:crypto';

const mostCharacters = 63;
const allowed = /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/;

/** A text as a label value: unchanged if valid, otherwise its valid part and a hash of the whole. */
export const labelValue = (text: string): string => {
  if (allowed.test(text)) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 10);
  const kept = text
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, mostCharacters - hash.length - 1);
  return kept === '' ? hash : `${kept.replace(/[^A-Za-z0-9]+$/, '')}-${hash}`;
};
