/** One document of a text of several. */
export interface ManifestDocument {
  /** As a comment before it says: `# file: NAME`. Absent where the text came without. */
  readonly file?: string;
  /** Of its first line, from 1, in its file; else in the text. */
  readonly line: number;
  /** Of its first line, from 1, in the text. */
  readonly textLine: number;
  readonly text: string;
}

/** As the command line writes it before each file that it puts into a text. */
export const fileComment = (file: string): string => `# file: ${file}`;

const fileLine = /^# file: (\S.*?)\s*$/;
/** At the beginning of a line these end a document wherever they stand, also inside of a text in quotes. */
const marker = /^(?:---|\.\.\.)(?=\s|$)/;
const nothing = /^\s*(?:[%#].*)?$/;

interface Open {
  readonly line: number;
  readonly textLine: number;
  readonly lines: string[];
}

/** The documents of a text, in its order, without those that are empty. Lines are counted anew for each file. */
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
