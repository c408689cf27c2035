import { expect, test } from 'vitest';
import { LastMinute } from '../../../lib/simulators/harness/last-minute.ts';
import { SeededRandom } from '../../seeded-random.ts';

test('counts the last minute exactly, however much time has passed before', () => {
  const random = new SeededRandom(3);
  const last = new LastMinute();
  const times: number[] = [];
  let now = 0;
  for (let nth = 0; nth < 6_000; nth += 1) {
    now += random.whole(0, 99);
    last.add(now);
    times.push(now);
    if (nth % 50 === 0) expect(last.count(now)).toBe(times.filter((at) => at > now - 60_000).length);
  }
});
