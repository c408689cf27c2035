/** How people see times: in their zone or in UTC, always with the offset. --json keeps the API's times. */
export interface Times {
  /** To the second: `2026-11-21 15:27:37+01:00`, in UTC `2026-11-21 14:27:37Z`. */
  moment(iso: string): string;
  /** To the minute: `2026-11-21 15:27+01:00`. */
  minute(iso: string): string;
  /** Time of day, to the millisecond: `15:27:37.617+01:00`. */
  timeOfDay(iso: string): string;
  /**
   * The reverse: `2026-12-01 18:00`, or `18:00` for the next time it is that late. As ISO; undefined for anything else.
   */
  instant(local: string, now: number): string | undefined;
}

/** In a named zone, `Europe/Berlin`; by default in this machine's zone. */
export const timesIn = (timeZone?: string): Times => {
  // Created when a time is first shown: it takes 5 ms.
  let made: Intl.DateTimeFormat | undefined;
  const offsetsOf = (at: Date): Intl.DateTimeFormatPart[] => {
    made ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    return made.formatToParts(at);
  };
  /** A part of the local time in ISO form, and the offset. */
  const shown = (iso: string, from: number, to: number): string => {
    const at = new Date(iso);
    const minutes = minutesOf(offsetsOf(at));
    const local = new Date(at.getTime() + minutes * 60_000).toISOString();
    return `${local.slice(from, to).replace('T', ' ')}${offsetOf(minutes)}`;
  };
  const offsetAt = (at: number): number => minutesOf(offsetsOf(new Date(at))) * 60_000;
  /** When clocks go back, a time occurs twice: this takes the first. */
  const atLocal = (local: number): number => {
    const first = local - offsetAt(local - offsetAt(local));
    const earlier = local - offsetAt(first - hour);
    return offsetAt(earlier) === local - earlier ? earlier : first;
  };
  return {
    moment: (iso) => shown(iso, 0, 19),
    minute: (iso) => shown(iso, 0, 16),
    timeOfDay: (iso) => shown(iso, 11, 23),
    instant: (local, now) => {
      const [, date, time] = /^(?:(\d{4}-\d\d-\d\d)[ T])?(\d\d:\d\d)$/.exec(local.trim()) ?? [];
      if (time === undefined) return undefined;
      const today = new Date(now + offsetAt(now)).toISOString().slice(0, 10);
      const wall = Date.parse(`${date ?? today}T${time}Z`);
      if (Number.isNaN(wall)) return undefined;
      const at = atLocal(wall);
      return new Date(date === undefined && at <= now ? atLocal(wall + day) : at).toISOString();
    },
  };
};

const hour = 3_600_000;
const day = 24 * hour;

/** From `GMT-03:30`; in Greenwich some versions of Node write `GMT`. */
const minutesOf = (parts: readonly Intl.DateTimeFormatPart[]): number => {
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = 0, minutes = 0] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
};

const offsetOf = (minutes: number): string => {
  if (minutes === 0) return 'Z';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(rest)}`;
};

const twoDigits = (number: number): string => String(number).padStart(2, '0');
