import { createInterface } from 'node:readline';
import type { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import { openPage } from './open-page.ts';
import { type Colours, makePalette, type Palette } from './palette.ts';

/**
 * The command line's output. Nothing in a line can move the cursor or add colours but ours: such characters are shown
 * instead. So a line stays one line, too.
 */
export interface Terminal {
  /** A person is watching: tables may be redrawn in place. */
  readonly live: boolean;
  readonly columns: number;
  readonly rows: number;
  /** It shows more than ASCII. */
  readonly unicode: boolean;
  readonly colours: Colours;
  /** Calls back each second, for what shows passing time. Returns the function that stops it. */
  eachSecond(act: () => void): () => void;
  out(line: string): void;
  /** Writes a text unchanged, without a line end: for a file or a pipe. */
  write(text: string): void;
  error(line: string): void;
  /** Asks the user; without a terminal there is nobody to ask. Without an answer the result is empty. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** Opens an address in a browser; false if none could be started. Absent without a terminal. */
  readonly openPage?: ((url: string) => Promise<boolean>) | undefined;
  /** Replaces the previous lines. */
  redraw(lines: readonly string[]): void;
  /** Leaves the last lines where they are; new text follows below. */
  settle(): void;
}

/** Whether an answer means yes; everything else means no. */
export const isYes = (answer: string): boolean => /^\s*y(es)?\s*$/i.test(answer);

/** What accepts texts unchanged. */
export interface Screen {
  out(line: string): void;
  error(line: string): void;
  redraw(text: string): void;
  readonly ask: Terminal['ask'];
}

/** A screen behind a palette, which checks every line. */
export const cleanly = (
  { colours, show }: Palette,
  { ask, ...screen }: Screen,
): Pick<Terminal, 'colours' | 'out' | 'error' | 'redraw' | 'ask'> => ({
  colours,
  out: (line) => screen.out(show(line)),
  error: (line) => screen.error(show(line)),
  redraw: (lines) => screen.redraw(lines.map(show).join('\n')),
  ask: ask === undefined ? undefined : (question) => ask(show(question)),
});

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a terminal shows more than ASCII: by its locale; on Windows by the known programs. */
export const showsUnicode = (env: Environment, platform: string): boolean => {
  if (platform === 'win32') return Boolean(env.WT_SESSION || env.TERM_PROGRAM);
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '');
};

/** A terminal that nobody has told its size, as a container's may be, says 0. Nothing is cut for a file or a pipe. */
export const sizeOf = ({
  isTTY,
  columns,
  rows,
}: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'>>): Pick<Terminal, 'columns' | 'rows'> => ({
  columns: isTTY === true ? columns || 80 : 10_000,
  rows: rows || 24,
});

export const processTerminal = (): Terminal => {
  const { stdout, stderr } = process;
  // The reader may have had enough, as `head` has, or the terminal may be gone.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    process.exit(process.exitCode ?? 0);
  });
  // Output that nobody reads is no reason to end.
  stderr.on('error', () => {});
  const frames = framesOn(stdout);
  const screen = cleanly(makePalette(stdout.isTTY === true && pc.isColorSupported), {
    out: (line) => void stdout.write(`${line}\n`),
    error: (line) => void stderr.write(`${line}\n`),
    redraw: frames.show,
    ask: process.stdin.isTTY === true && stderr.isTTY === true ? askPerson : undefined,
  });
  return {
    live: stdout.isTTY === true,
    get columns() {
      return sizeOf(stdout).columns;
    },
    get rows() {
      return sizeOf(stdout).rows;
    },
    openPage: stdout.isTTY === true ? openPage : undefined,
    unicode: showsUnicode(process.env, process.platform),
    eachSecond: (act) => {
      const timer = setInterval(act, 1_000).unref();
      return () => clearInterval(timer);
    },
    ...screen,
    write: (text) => void stdout.write(text),
    settle: frames.settle,
  };
};

/**
 * Frames, each replacing the one before. The drawing library takes 30 ms to load and few commands draw, so the first
 * frame loads it. A frame that settles before that is written as it is.
 */
const framesOn = (stdout: NodeJS.WriteStream) => {
  let draw: ReturnType<typeof createLogUpdate> | undefined;
  let waiting: string | undefined;
  const load = async (): Promise<void> => {
    const { createLogUpdate } = await import('log-update');
    draw ??= createLogUpdate(stdout);
    if (waiting !== undefined) draw(waiting);
    waiting = undefined;
  };
  return {
    show: (text: string): void => {
      if (draw !== undefined) draw(text);
      else {
        if (waiting === undefined) void load();
        waiting = text;
      }
    },
    settle: (): void => {
      if (waiting !== undefined) stdout.write(`${waiting}\n`);
      waiting = undefined;
      draw?.done();
    },
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
