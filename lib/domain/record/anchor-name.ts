/** An anchor's name as an object or a file. Names sort like their numbers. */
export const anchorName = (sequence: number): string => `${String(sequence).padStart(9, '0')}.json`;

/** Whether a name is an anchor's. */
export const isAnchorName = (name: string): boolean => /^\d{9}\.json$/.test(name);
