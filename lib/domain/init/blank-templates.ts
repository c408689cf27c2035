/** Replaces a template. Files use this character for nothing else. */
export const templateMark = '\uE000';

export interface Blanked {
  /** As long as the text, line by line. */
  readonly text: string;
  /** Lines with templates, from 1. */
  readonly lines: readonly number[];
}

/**
 * Replaces every `{{ … }}` with a mark, so that the rest can be read as YAML. A line with nothing else, such as `{{ if
 * }}`, becomes empty. An unclosed template extends to the end of
 * its line: it may be a comment.
 */
export const blankTemplates = (text: string): Blanked => {
  const marked = markTemplates(text);
  const lines = marked.split('\n');
  return {
    text: lines.map((line) => (isControl(line) ? '' : line)).join('\n'),
    lines: lines.flatMap((line, index) => (line.includes(templateMark) ? [index + 1] : [])),
  };
};

const isControl = (line: string): boolean => line.includes(templateMark) && /^[\s\uE000]*$/.test(line);

const markTemplates = (text: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (let begin = text.indexOf('{{'); begin >= 0; begin = text.indexOf('{{', at)) {
    const close = text.indexOf('}}', begin);
    if (close < 0) break;
    const end = close + 2;
    parts.push(text.slice(at, begin), text.slice(begin, end).replace(/[^\n]/g, templateMark));
    at = end;
  }
  const rest = text.slice(at).replace(/\{\{[^\n]*/g, (unclosed) => templateMark.repeat(unclosed.length));
  return [...parts, rest].join('');
};
