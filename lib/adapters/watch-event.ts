import type { KubernetesObject } from '../domain/ports.ts';
import { foreignText } from '../domain/record/foreign-text.ts';

/** One line of a watch. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

/** Throws for an invalid line instead of skipping it: it might be the one that counts. */
export function watchEventOf(line: string): WatchEvent {
  const event = parsed(line);
  if (!isRecord(event) || !types.has(event.type) || !isRecord(event.object)) throw malformed(line);
  const { metadata } = event.object;
  const isNamed = isRecord(metadata) && typeof metadata.name === 'string' && typeof metadata.uid === 'string';
  if (event.type !== 'ERROR' && event.type !== 'BOOKMARK' && !isNamed) throw malformed(line);
  return event as unknown as WatchEvent;
}

const types: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw malformed(line, error);
  }
}

const malformed = (line: string, cause?: unknown): Error =>
  new Error(`a line is no event of a watch: ${foreignText(line, 100)}`, { cause });
