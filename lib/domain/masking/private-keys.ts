import { mask } from './mask.ts';

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const keyLine = /^[A-Za-z0-9+/=]{16,}$/;
const lastKeyLine = /^[A-Za-z0-9+/=]+$/;
/** Key lines have 64 or 76 characters. */
const longestLine = 100;

/** Masks PEM keys, even if their beginning or end is missing. */
export const withoutPrivateKeys = (text: string): string => {
  if (!text.includes('PRIVATE KEY')) return text;
  let safe = '';
  let at = 0;
  let begun = firstOf(begin, text, 0);
  for (;;) {
    const ended = firstOf(end, text, at);
    if (ended === undefined) {
      return begun === undefined ? safe + text.slice(at) : `${safe}${text.slice(at, begun.index)}${mask}`;
    }
    const isWhole = begun !== undefined && begun.index < ended.index;
    const from = isWhole ? begun!.index : tailBefore(text, at, ended.index);
    safe += `${text.slice(at, from)}${mask}`;
    at = ended.index + ended[0].length;
    if (isWhole) begun = firstOf(begin, text, at);
  }
};

const firstOf = (pattern: RegExp, text: string, from: number): RegExpExecArray | undefined => {
  pattern.lastIndex = from;
  return pattern.exec(text) ?? undefined;
};

/** Where a key's lines begin if only its end is there. */
const tailBefore = (text: string, least: number, end: number): number => {
  let from = end;
  while (from > least) {
    const window = text.slice(Math.max(least, from - longestLine), from);
    const lineBreak = window.lastIndexOf('\n', window.length - 2);
    if (lineBreak < 0 && window.length === longestLine) return from;
    const line = window.slice(lineBreak + 1);
    if (!(from === end ? lastKeyLine : keyLine).test(line.trim())) return from;
    from -= line.length;
  }
  return from;
};
