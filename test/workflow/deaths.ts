/** When somebody dies: at which of their calls that change something, counted from 1, and whether it was still done. */
export interface DeathAt {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Every one that there is in so many calls. */
export const deathsIn = (calls: number): readonly DeathAt[] =>
  Array.from({ length: calls }, (_, at) => at + 1).flatMap((nth) =>
    (['before', 'after'] as const).map((when) => ({ nth, when })),
  );
