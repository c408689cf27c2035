import { createHash } from 'node:crypto';
import { invalidRequest } from '../domain/complaint.ts';
import type { FlotillaError } from '../domain/errors.ts';
import { canonicalJson } from '../domain/plan/plan-hash.ts';

/** A list and its filters. A cursor works only with these. */
export interface CursorOf {
  /** For example `targets`. */
  readonly list: string;
  /** Everything that decides which rows the list has and their order; not the limit. */
  readonly filters: object;
}

/** Makes `next_after`: an opaque word that the caller sends back as `after`. */
export const cursorFor = (of: CursorOf, position: string): string =>
  Buffer.from(JSON.stringify([markOf(of), position])).toString('base64url');

/**
 * The cursor's position; undefined without a cursor. Throws RequestInvalid for a cursor of another list or other
 * filters, or for anything else.
 */
export const positionIn = (of: CursorOf, cursor: string | undefined): string | undefined => {
  if (cursor === undefined) return undefined;
  const [mark, position] = partsIn(cursor);
  if (mark === markOf(of) && typeof position === 'string' && fitsInKey(position)) return position;
  throw wrongCursor();
};

/** The error for a cursor that no answer gave. */
export const wrongCursor = (): FlotillaError =>
  invalidRequest({
    path: 'query.after',
    message: 'is not the next_after of this list with these filters; leave it out to start at the beginning',
  });

/** No sort key is longer than this or contains half a character. */
const fitsInKey = (position: string): boolean => position.isWellFormed() && Buffer.byteLength(position) <= 1_000;

const markOf = ({ list, filters }: CursorOf): string => {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  return createHash('sha256')
    .update(canonicalJson([list, Object.fromEntries(given)]))
    .digest('base64url')
    .slice(0, 8);
};

const partsIn = (cursor: string): readonly unknown[] => {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
};
