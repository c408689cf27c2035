import type { LogsView } from '../usecases/deployment/read-logs.ts';
import { type LogWindow, newLogLines } from './new-log-lines.ts';

/** News while logs are followed: a container's line, or an event about it. */
export type LogNews =
  | { readonly pod: string; readonly container: string; readonly line: string }
  | { readonly pod?: string; readonly container?: string; readonly note: string };

/** What one look shows. */
export type LogLook = Pick<LogsView, 'reason' | 'message' | 'pods' | 'pods_left_out' | 'jobs'>;

interface Stream extends LogWindow {
  readonly pod: string;
  readonly container: string;
  readonly restarts: number;
  readonly message: string | undefined;
}

/** Each container's lines at the last look. Each look returns what is new. */
export class LogStreams {
  readonly #tail: number;
  #streams: ReadonlyMap<string, Stream> | undefined;
  #message: string | undefined;

  /** How many lines the first look shows. */
  constructor(tail: number) {
    this.#tail = tail;
  }

  get count(): number {
    return this.#streams?.size ?? 0;
  }

  take(view: LogLook, window: number): readonly LogNews[] {
    const news: LogNews[] = [];
    if (view.message !== undefined && view.message !== this.#message) news.push({ note: view.message });
    this.#message = view.message;
    // If the cluster cannot be asked, it is unknown whether a pod is gone.
    if (view.reason === 'ClusterUnavailable') return news;
    const before = this.#streams;
    const now = streamsOf(view, window);
    this.#streams = now;
    for (const [key, one] of now) news.push(...this.#newsOf(before?.get(key), one, before !== undefined));
    if (view.pods_left_out === undefined)
      for (const [key, one] of before ?? []) if (!now.has(key)) news.push(gone(one));
    return news;
  }

  #newsOf(before: Stream | undefined, now: Stream, isLater: boolean): readonly LogNews[] {
    const { pod, container } = now;
    const note = (text: string): LogNews => ({ pod, container, note: text });
    const line = (text: string): LogNews => ({ pod, container, line: text });
    const message = now.message !== undefined && now.message !== before?.message ? [note(now.message)] : [];
    if (before === undefined) {
      const lines = isLater ? now.lines : now.lines.slice(-this.#tail);
      return [...(isLater ? [note('is new')] : []), ...message, ...lines.map(line)];
    }
    if (now.restarts !== before.restarts)
      return [
        note(`has restarted, ${now.restarts} times by now; --previous shows how it ended`),
        ...message,
        ...now.lines.map(line),
      ];
    const { lines, isGap } = newLogLines(before, now);
    return [
      ...message,
      ...(isGap ? [note('lines are missing here: it writes faster than it is read')] : []),
      ...lines.map(line),
    ];
  }
}

const gone = ({ pod, container }: Stream): LogNews => ({ pod, container, note: 'is gone' });

const streamsOf = ({ pods }: LogLook, window: number): ReadonlyMap<string, Stream> =>
  new Map(
    // A StatefulSet gives a new pod the name of the old one.
    pods.flatMap(({ name: pod, created_at: created = '', containers }) =>
      containers.map(({ name: container, lines, cut, restarts, message }) => [
        `${pod}/${container} ${created}`,
        { pod, container, lines, restarts, message, isCut: cut === true || lines.length >= window },
      ]),
    ),
  );
