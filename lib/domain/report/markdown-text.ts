/**
 * Foreign text as one line of Markdown, without markup, table cells or HTML. GitHub looks for `@name` and `#1` in the rendered text,
 * where an escape is gone. A zero-width space keeps it from notifying people and linking issues.
 */
export const markdownText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*_{}[\]<>|#~!&@]/g, (found) => written[found] ?? `\\${found}`);

const written: Readonly<Record<string, string>> = { '&': '&amp;', '@': '@&#8203;', '#': '\\#&#8203;' };
