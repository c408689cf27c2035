import { describe, expect, test } from 'vitest';
import { timesIn } from '../../lib/cli/times.ts';

describe('shows times to people with their offset', () => {
  test.each([
    ['UTC', '2026-01-31T23:59:59.007Z', '2026-01-31 23:59:59Z', '23:59:59.007Z'],
    ['Europe/London', '2026-01-31T23:59:59.007Z', '2026-01-31 23:59:59Z', '23:59:59.007Z'],
    ['Europe/Berlin', '2026-01-31T23:59:59.007Z', '2026-02-01 00:59:59+01:00', '00:59:59.007+01:00'],
    ['Europe/Berlin', '2026-10-25T00:30:00.000Z', '2026-10-25 02:30:00+02:00', '02:30:00.000+02:00'],
    ['Europe/Berlin', '2026-10-25T01:30:00.000Z', '2026-10-25 02:30:00+01:00', '02:30:00.000+01:00'],
    ['America/St_Johns', '2027-01-01T02:00:00.500Z', '2026-12-31 22:30:00-03:30', '22:30:00.500-03:30'],
    ['Asia/Kathmandu', '2026-06-01T18:15:00.000Z', '2026-06-02 00:00:00+05:45', '00:00:00.000+05:45'],
  ])('%s: %s', (zone, iso, moment, timeOfDay) => {
    const times = timesIn(zone);
    expect([times.moment(iso), times.timeOfDay(iso)]).toEqual([moment, timeOfDay]);
    expect(moment.replace(/:\d\d(?=Z|[+-]\d\d:\d\d$)/, '')).toBe(times.minute(iso));
    expect(new Date(moment).getTime()).toBe(Math.floor(new Date(iso).getTime() / 1000) * 1000);
  });

  test('uses the time zone of this machine by default', () => {
    const iso = '2026-06-01T18:15:00.000Z';
    expect(new Date(timesIn().moment(iso)).toISOString()).toBe(iso);
  });
});
