import { parseBatch } from '../../lib/domain/batch/parse-batch.ts';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { hostileTexts } from '../domain/batch/hostile-texts.ts';
import { bestMilliseconds, type Measurement, ordinaryText } from './plan.ts';

const size = 250;

/** How long the answer to each hostile text takes, compared with the reading of an ordinary batch. */
export const benchHostile = (): readonly Measurement[] => {
  const { catalogue } = simulatedConfiguration();
  const timeOf = (text: string): number => bestMilliseconds(() => parseBatch(text, catalogue));
  const ordinary = timeOf(ordinaryText(size));
  return [
    { name: `read an ordinary batch of ${size} deployments`, value: ordinary, unit: 'ms' },
    ...hostileTexts.map(([what, text]) => {
      const value = timeOf(text);
      return { name: `answer ${what}`, value, unit: `ms, ${(value / ordinary).toFixed(1)} times that` };
    }),
  ];
};
