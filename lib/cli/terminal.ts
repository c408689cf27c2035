import { createInterface } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { createLogUpdate } from 'log-update';
import pc from 'picocolors';

/** Where the command line writes to. */
export interface Terminal {
  /** A person looks on: tables may be redrawn in place. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colours;
  out(line: string): void;
  /** Writes a text as it is, with no end of line of its own. */
  write(text: string): void;
  error(line: string): void;
  /** Asks the person who looks on; without one there is nobody to ask. The answer of who does not answer is empty. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Shows a text in the place of the one before. */
  redraw(text: string): void;
  /** Leaves the last text where it is; what comes is written below. */
  settle(): void;
}

export type Colours = ReturnType<typeof pc.createColors>;

export const processTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  // Whoever reads may have had enough, as `head` has; a terminal may be gone.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    process.exit(process.exitCode ?? 0);
  });
  // What nobody reads is no reason to end.
  stderr.on('error', () => {});
  const update = createLogUpdate(stdout);
  return {
    live: stdout.isTTY === true,
    get columns() {
      // Nothing is cut for a file or a pipe.
      return stdout.isTTY === true ? stdout.columns : 10_000;
    },
    get rows() {
      return stdout.rows ?? 24;
    },
    colours: pc.createColors(stdout.isTTY === true && pc.isColorSupported),
    out: (line) => void stdout.write(`${line}\n`),
    write: (text) => void stdout.write(text),
    error: (line) => void stderr.write(`${line}\n`),
    ask: process.stdin.isTTY === true && stderr.isTTY === true ? askPerson : undefined,
    redraw: (text) => update(text),
    settle: () => update.done(),
  };
};

const askPerson = (question: string): Promise<string> =>
  new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    // Ctrl-C and Ctrl-D close it.
    lines.once('close', () => resolve(''));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });

export const readStdin = async (): Promise<Uint8Array> => {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** Text from elsewhere, on one line, without the power to move the cursor or change colours. */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
  stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
