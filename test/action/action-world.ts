import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { InputName } from '../../action/input-names.ts';
import { runAction } from '../../action/run-action.ts';
import type { Level, Place, Runner } from '../../action/runner.ts';

export interface Annotation extends Partial<Place> {
  readonly level: Level;
  readonly message: string;
}

export interface ActionRan {
  readonly status: number;
  readonly outputs: Readonly<Record<string, string>>;
  readonly annotations: readonly Annotation[];
  readonly secrets: readonly string[];
  readonly summary: string;
  readonly lines: readonly string[];
  /** Seconds that it has paused. */
  readonly paused: number;
}

export type Inputs = Readonly<Partial<Record<InputName, string>>>;

export interface ActionRun {
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  readonly onPause?: (seconds: number) => void;
}

/** A folder with these files, until the test ends. */
export const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-action-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

export const jobEnv = {
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_SERVER_URL: 'https://github.test',
  GITHUB_RUN_ID: '4711',
  GITHUB_RUN_ATTEMPT: '1',
  GITHUB_JOB: 'deploy',
  GITHUB_ACTION: '__run',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
} as const;

/** Runs a step in this process, with a runner that remembers and a clock that does not wait. */
export const runStep = async (inputs: Inputs, { env = {}, directory, onPause }: ActionRun = {}): Promise<ActionRan> => {
  const outputs: Record<string, string> = {};
  const annotations: Annotation[] = [];
  const secrets: string[] = [];
  const lines: string[] = [];
  let summary = '';
  let now = 0;
  const runner: Runner = {
    input: (name) => inputs[name] ?? '',
    output: (name, value) => {
      outputs[name] = value;
    },
    secret: (text) => void secrets.push(text),
    annotate: (level, message, place) => void annotations.push({ level, message, ...place }),
    summary: async (markdown) => {
      summary += markdown;
    },
    line: (text) => void lines.push(text),
  };
  const sleep = async (milliseconds: number): Promise<void> => {
    now += milliseconds;
    await turn();
    onPause?.(now / 1000);
  };
  const folder = directory ?? folderWith({});
  const status = await runAction({
    env: { ...jobEnv, RUNNER_TEMP: folder, ...env },
    directory: folder,
    runner,
    clock: { now: () => now, sleep },
    ids: { next: () => 'made-here' },
  });
  return { status, outputs, annotations, secrets, summary, lines, paused: now / 1000 };
};
