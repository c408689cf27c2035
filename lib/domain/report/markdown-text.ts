/**
 * Foreign text as one line of Markdown, without markup, table cells or HTML. GitHub looks for `@name` and `#1` in the rendered text,
 * where an escape is gone. A zero-width space keeps it from notifying people and linking issues.
 * After a letter or a digit, `@` calls nobody: a key like `risk/cva@eu-1` can be copied.
 */
export const markdownText = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*_{}[\]<>|#~!&]|(?<![A-Za-z0-9])@/g, (found) => written[found] ?? `\\${found}`);

const written: Readonly<Record<string, string>> = { '&': '&amp;', '@': '@&#8203;', '#': '\\#&#8203;' };
