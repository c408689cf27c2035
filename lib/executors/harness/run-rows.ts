import type { Json, JsonObject } from '../../domain/json.ts';
import { readRun } from './run-status.ts';
import { listAt, objectAt, textAt, timeAt } from './wire.ts';

/** A run as a list shows it. */
export interface Row {
  readonly ref: string;
  readonly event?: string;
  readonly startTs?: number;
  readonly json: JsonObject;
  readonly isLive: boolean;
  /** The words in which a key may be. */
  readonly words: ReadonlySet<string>;
  /** Whether the run's notes are in the row, or certainly nowhere. */
  readonly showsNotes: boolean;
}

/** Matches a key as a whole word: `…-1` is not in `…-12`, and `…-1` of batch A is not in `…A-1`. */
export const wordsOf = (text: string): readonly string[] => text.match(/[\w-]+/g) ?? [];

const notesOf = (json: JsonObject): readonly string[] =>
  Object.keys(json).flatMap((name) => (/notes/i.test(name) ? (textAt(json, name) ?? []) : []));

/** The parts of a row where a pipeline can show our key: its name, tags, notes and trigger data. */
const shownTexts = (json: JsonObject): readonly string[] => {
  const triggeredBy = objectAt(json, 'executionTriggerInfo', 'triggeredBy');
  const tags = listAt(json, 'tags').flatMap((tag) => [textAt(tag, 'key'), textAt(tag, 'value'), textAt(tag, 'name')]);
  const extra = Object.values(objectAt(triggeredBy, 'extraInfo'));
  const texts = [textAt(json, 'name'), textAt(triggeredBy, 'identifier'), ...tags, ...extra, ...notesOf(json)];
  return texts.filter((text) => typeof text === 'string');
};

export const rowOf = (shown: Json): Row | undefined => {
  const ref = textAt(shown, 'planExecutionId');
  if (ref === undefined) return undefined;
  const json = shown as JsonObject;
  const event = textAt(objectAt(json, 'executionTriggerInfo', 'triggeredBy', 'extraInfo'), 'eventCorrelationId');
  const startTs = timeAt(json, 'startTs');
  return {
    ...{ ref, json, isLive: readRun(json).phase !== 'terminal' },
    words: new Set(shownTexts(json).flatMap(wordsOf)),
    showsNotes: json.notesExistForPlanExecutionId === false || notesOf(json).length > 0,
    ...(event === undefined ? {} : { event }),
    ...(startTs === undefined ? {} : { startTs }),
  };
};

/** Oldest first. */
export const byAge = (one: Row, other: Row): number => (one.startTs ?? 0) - (other.startTs ?? 0);

/** All rows that one look has read, indexed by what is searched for. */
export class RunRows {
  readonly #keys: ReadonlySet<string>;
  readonly #byRef = new Map<string, Row>();
  readonly #byEvent = new Map<string, Set<string>>();
  readonly #byKey = new Map<string, Set<string>>();

  /** `keys`: the keys to index rows by. */
  constructor(keys: ReadonlySet<string>) {
    this.#keys = keys;
  }

  /** Adds a list's rows, newest first. A later row replaces an earlier one, but a finished run stays finished. */
  add(content: readonly Json[]): void {
    for (const row of content.map(rowOf).reverse()) {
      if (row === undefined || this.#byRef.get(row.ref)?.isLive === false) continue;
      this.#byRef.set(row.ref, row);
      if (row.event !== undefined) note(this.#byEvent, row.event, row.ref);
      for (const word of row.words) if (this.#keys.has(word)) note(this.#byKey, word, row.ref);
    }
  }

  get(ref: string): Row | undefined {
    return this.#byRef.get(ref);
  }

  ofEvent(event: string): readonly Row[] {
    return this.#all(this.#byEvent.get(event));
  }

  withKey(key: string): readonly Row[] {
    return this.#all(this.#byKey.get(key));
  }

  /** Oldest first. */
  all(): readonly Row[] {
    return [...this.#byRef.values()].sort(byAge);
  }

  #all(refs: ReadonlySet<string> = new Set()): readonly Row[] {
    return [...refs].map((ref) => this.#byRef.get(ref)!).sort(byAge);
  }
}

const note = (index: Map<string, Set<string>>, id: string, ref: string): void => {
  const refs = index.get(id) ?? new Set();
  index.set(id, refs.add(ref));
};
