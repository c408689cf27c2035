/** One document of a multi-document text. */
export interface ManifestDocument {
  /** From a comment before it: `# file: NAME`. Absent if the text has none. */
  readonly file?: string;
  /** Its first line, from 1, in its file or else in the text. */
  readonly line: number;
  /** Its first line, from 1, in the text. */
  readonly textLine: number;
  readonly text: string;
}

/** The comment that the command line writes before each file's text. */
export const fileComment = (file: string): string => `# file: ${file}`;

const fileLine = /^# file: (\S.*?)\s*$/;
/** At the start of a line, these end a document anywhere, even inside quotes. */
const marker = /^(?:---|\.\.\.)(?=\s|$)/;
const nothing = /^\s*(?:[%#].*)?$/;

interface Open {
  readonly line: number;
  readonly textLine: number;
  readonly lines: string[];
}

/** Splits a text into its documents, in order, and skips empty ones. Line numbers restart for each file. */
export const splitManifests = (text: string): readonly ManifestDocument[] => {
  const documents: ManifestDocument[] = [];
  let file: string | undefined;
  let before = 0;
  let open: Open = { line: 1, textLine: 1, lines: [] };
  const close = (): void => {
    const { line, textLine, lines } = open;
    if (lines.every((one) => nothing.test(one))) return;
    documents.push({ ...(file === undefined ? {} : { file }), line, textLine, text: lines.join('\n') });
  };
  for (const [at, written] of text.split('\n').entries()) {
    const line = written.replace(/^\uFEFF/, '');
    const named = open.lines.every((one) => nothing.test(one)) ? fileLine.exec(line)?.[1] : undefined;
    if (named !== undefined) {
      file = named;
      before = at + 1;
      open = { line: 1, textLine: at + 2, lines: [] };
    } else if (marker.test(line)) {
      close();
      const rest = line.startsWith('---') ? line.replace('---', '   ') : '';
      open = { line: at + 1 - before, textLine: at + 1, lines: [rest] };
    } else open.lines.push(line);
  }
  close();
  return documents;
};
