import type { Clock, KubernetesObject } from '../domain/ports.ts';
import { stringAt, valueAt } from '../domain/rollout/kubernetes-object.ts';
import type { ApiReads } from './cluster-request.ts';
import { type WatchEvent, watchEventOf } from './watch-event.ts';

export interface StreamOptions {
  readonly requests: ApiReads;
  readonly clock: Clock;
  /** Including the watch's query. */
  readonly path: string;
  /** Milliseconds of silence after which the other end counts as gone. */
  readonly longestQuiet: () => number;
  readonly opened: () => void;
  readonly take: (event: WatchEvent) => void;
}

/** The longest single wait: the allowed silence can change meanwhile. */
const longestWait = 180_000;

/**
 * Reads one stream until it ends or the signal aborts. `expired`: it cannot continue from the requested version. Throws
 * whatever breaks it.
 */
export async function readStream(options: StreamOptions, signal: AbortSignal): Promise<'over' | 'expired'> {
  const { requests, path, take } = options;
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  try {
    const answer = await requests.open(path, either);
    if (!('lines' in answer)) {
      if (answer.status === 410) return 'expired';
      throw requests.unavailable(`HTTP ${answer.status} (watch ${path.split('?')[0]})`, { status: answer.status });
    }
    options.opened();
    const heard = { at: options.clock.now() };
    // A connection that was cut silently stays quiet for ever.
    const over = (): void => ended.abort();
    void silence(options, heard, either).then(over, over);
    for await (const line of answer.lines) {
      heard.at = options.clock.now();
      const event = watchEventOf(line);
      if (event.type !== 'ERROR') take(event);
      else if (valueAt(event.object, 'code') === 410) return 'expired';
      else throw requests.unavailable(`a watch ended: ${whyOf(event.object)} (${path.split('?')[0]})`);
    }
    return 'over';
  } finally {
    ended.abort();
  }
}

/** Until it has been quiet for too long. */
async function silence(
  { clock, longestQuiet }: StreamOptions,
  heard: { readonly at: number },
  signal: AbortSignal,
): Promise<void> {
  for (let left = longestQuiet(); left > 0 && !signal.aborted; left = heard.at + longestQuiet() - clock.now())
    await clock.sleep(Math.min(left, longestWait), signal);
}

const whyOf = (status: KubernetesObject): string =>
  stringAt(status, 'message') ?? stringAt(status, 'reason') ?? 'it does not say why';
