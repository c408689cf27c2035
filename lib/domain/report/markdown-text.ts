/**
 * Foreign text as one line of Markdown: no markup, no table cell of its own, no HTML. The space of no width keeps GitHub from
 * calling a person or linking an issue: it looks for both in the finished text, so an escape or an entity is not enough.
 */
export const markdownText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*_{}[\]<>|#~!&@]/g, (found) => written[found] ?? `\\${found}`);

const written: Readonly<Record<string, string>> = { '&': '&amp;', '@': '@&#8203;', '#': '\\#&#8203;' };
