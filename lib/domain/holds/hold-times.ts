/** Milliseconds of `30m`, `2h` or `3d`; undefined for anything else. */
export const durationOf = (text: string): number | undefined => {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * units[unit as keyof typeof units];
};

/** Milliseconds since 1970 of a time with a zone or a UTC offset: `2026-12-01T18:00:00+01:00`. */
export const instantOf = (text: string): number | undefined => {
  if (!isoWithZone.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
};

const isoWithZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/;

const minute = 60_000;
const day = 1_440 * minute;
const units = { m: minute, h: 60 * minute, d: day } as const;

/** The longest hold. One without an end lasts until it is lifted. */
export const longestHold = 90 * day;

/** How long a deployment waits for its turn after its batch was accepted: AwaitTurn's `TimeoutSeconds`. */
export const longestTurn = 30 * day;
