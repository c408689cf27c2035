/**
 * When a process dies: at which of its calls that change something, counted from 1, and whether the call was still
 * done.
 */
export interface DeathAt {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** All deaths among this many calls. */
export const deathsIn = (calls: number): readonly DeathAt[] =>
  Array.from({ length: calls }, (_, at) => at + 1).flatMap((nth) =>
    (['before', 'after'] as const).map((when) => ({ nth, when })),
  );
