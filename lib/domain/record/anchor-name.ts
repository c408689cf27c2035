/** The name of an anchor as an object or a file: names sort as their numbers. */
export const anchorName = (sequence: number): string => `${String(sequence).padStart(9, '0')}.json`;

/** Whether a name is that of an anchor. */
export const isAnchorName = (name: string): boolean => /^\d{9}\.json$/.test(name);
