import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ChildOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** Two thirds of a start go into compiling what the one before has compiled already. */
const compileCache = { NODE_COMPILE_CACHE: join(tmpdir(), 'flotilla-compile-cache') };

/** Servers of tests are not listed among the developer's own servers. */
const state = { XDG_STATE_HOME: join(tmpdir(), 'flotilla-tests-state') };

/** A program of this repository in a process of its own, read line by line. It is killed with its owner. */
export class Child {
  readonly ended: Promise<Ending>;
  /** All its output so far, on both channels. */
  output = '';
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: string[] = [];
  readonly #readers: ((line: string | undefined) => void)[] = [];
  readonly #news = new EventEmitter();
  #isOver = false;

  /** `file` is relative to the root of the project. */
  constructor(file: string, { args = [], env = {}, directory }: ChildOptions = {}) {
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    this.#process = spawn(process.execPath, [path, ...args], {
      env: { ...process.env, ...compileCache, ...state, ...env },
      ...(directory === undefined ? {} : { cwd: directory }),
    });
    const { stdin, stdout, stderr } = this.#process;
    // It may die during a write.
    stdin.on('error', () => {});
    stderr.setEncoding('utf8').on('data', (text: string) => this.#note(text));
    createInterface({ input: stdout }).on('line', (line) => {
      this.#note(`${line}\n`);
      const reader = this.#readers.shift();
      if (reader === undefined) this.#lines.push(line);
      else reader(line);
    });
    this.ended = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.#isOver = true;
        for (const reader of this.#readers.splice(0)) reader(undefined);
        this.#news.emit('news');
        resolve({ code, signal });
      });
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  write(order: unknown): void {
    this.#process.stdin.write(`${JSON.stringify(order)}\n`);
  }

  /** The next line of its standard output, parsed as JSON. Undefined when it ended without one. */
  async answer<T>(): Promise<T | undefined> {
    const line = this.#lines.shift() ?? (await this.#nextLine());
    return line === undefined ? undefined : (JSON.parse(line) as T);
  }

  /** Ends it, and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ending> {
    if (!this.#isOver) this.#process.kill(signal);
    return this.ended;
  }

  /** The match of this pattern in its output, as soon as there is one. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.output);
      if (found !== null) return found;
      if (this.#isOver) throw new Error(`it ended and did not say ${pattern}; it wrote:\n${this.output}`);
      await once(this.#news, 'news');
    }
  }

  #note(text: string): void {
    this.output += text;
    this.#news.emit('news');
  }

  #nextLine(): Promise<string | undefined> {
    if (this.#isOver) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#readers.push(resolve));
  }
}
