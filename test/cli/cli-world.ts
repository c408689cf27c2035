import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { makePalette } from '../../lib/cli/palette.ts';
import { runCli } from '../../lib/cli/program.ts';
import { cleanly, type Terminal } from '../../lib/cli/terminal.ts';

export interface Answer {
  readonly status?: number;
  /** A string is sent as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The connection ends in the middle of the body. */
  readonly cut?: boolean;
  /** The server never answers. */
  readonly hangs?: boolean;
}

/** The server's answers, by `METHOD path` with the query. Answers in a list are sent in turn; the last one repeats. */
export type Script = Readonly<Record<string, Answer | readonly Answer[]>>;

export interface Received {
  readonly request: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeApi {
  readonly url: string;
  readonly received: readonly Received[];
  /** Resolves at the first request of this kind. */
  asked(request: string): Promise<void>;
  close(): Promise<void>;
}

/** A server of its own on a real socket. It answers 599, which no test expects, to requests outside the script. */
export const startFakeApi = async (script: Script, port = 0): Promise<FakeApi> => {
  const received: Received[] = [];
  const asked = new Map<string, number>();
  const waiting = new Map<string, () => void>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const name = `${request.method} ${request.url}`;
    received.push({ request: name, headers: request.headers, body });
    const answers = [
      script[name] ?? { status: 599, body: { detail: `the test has no answer for ${name}` } },
    ].flat() as Answer[];
    const turn = asked.get(name) ?? 0;
    asked.set(name, turn + 1);
    waiting.get(name)?.();
    const { status = 200, body: answer, headers, cut, hangs } = answers[Math.min(turn, answers.length - 1)]!;
    if (hangs) return;
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    if (cut) response.write(text.slice(0, text.length / 2), () => response.destroy());
    else response.end(text);
  });
  // Keeps connections open however slow a busy machine is between two requests.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    asked: (request) =>
      asked.has(request) ? Promise.resolve() : new Promise((resolve) => waiting.set(request, resolve)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

export interface Ran {
  readonly status: number;
  readonly out: readonly string[];
  readonly error: readonly string[];
  readonly redrawn: readonly string[];
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly directory?: string;
  readonly live?: boolean;
  readonly columns?: number;
  readonly coloured?: boolean;
  /** Opens a page in a browser. Without it, there is no browser. */
  readonly openPage?: (url: string) => Promise<boolean>;
  /** The answer of the person at the terminal. Without it, there is nobody. */
  readonly says?: string;
  /** Default: UTC. */
  readonly timeZone?: string;
  /** Called at each pause, with the seconds since the program began. No pause takes real time. */
  readonly onPause?: (seconds: number) => void | Promise<void>;
  /** Start time, in milliseconds since 1970. Default: 0. */
  readonly now?: number;
  /** Called with each line as it is printed. */
  readonly onLine?: (line: string) => void;
}

/** Runs the program in this process, on a terminal that records what it prints. */
export const run = async (argv: readonly string[], options: RunOptions = {}): Promise<Ran> => {
  const out: string[] = [];
  const error: string[] = [];
  const redrawn: string[] = [];
  const terminal: Terminal = {
    live: options.live ?? false,
    columns: options.columns ?? 200,
    rows: 40,
    unicode: true,
    eachSecond: () => () => {},
    openPage: options.openPage,
    ...cleanly(makePalette(options.coloured ?? false), {
      out: (line) => {
        out.push(line);
        options.onLine?.(line);
      },
      error: (line) => void error.push(line),
      ask:
        options.says === undefined
          ? undefined
          : async (question) => {
              error.push(question);
              return options.says!;
            },
      redraw: (text) => void redrawn.push(text),
    }),
    write: (text) => void out.push(text),
    settle: () => {},
  };
  const begins = options.now ?? 0;
  let now = begins;
  const sleep = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    await turn();
    await options.onPause?.((now - begins) / 1000);
  };
  const status = await runCli(argv, {
    env: options.env ?? {},
    directory: options.directory ?? '/nowhere',
    terminal,
    timeZone: options.timeZone ?? 'UTC',
    clock: { now: () => now, sleep },
    ids: { next: () => 'made-here' },
    readStdin: async () => Buffer.from(options.stdin ?? ''),
  });
  return { status, out, error, redrawn };
};
