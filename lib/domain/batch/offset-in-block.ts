/** The place in the surrounding text of a place in a literal block scalar. */
export const offsetInBlock = (
  text: string,
  header: number,
  { line, column }: { readonly line: number; readonly column: number },
): number => {
  let at = header;
  const first = text.indexOf('\n', header) + 1;
  for (let each = 0; each < line; each += 1) {
    const end = text.indexOf('\n', at);
    if (end < 0) return header;
    at = end + 1;
  }
  const indent = /^[ ]*/.exec(firstFullLine(text, first))![0].length;
  return Math.min(at + indent + column - 1, text.length);
};

const firstFullLine = (text: string, from: number): string =>
  /[^\n]*\S[^\n]*/.exec(text.slice(from, from + 100_000))?.[0] ?? '';
