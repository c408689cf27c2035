import { shortHash } from '../manifests/marks.ts';
import type { Strategy } from './strategy.ts';

/** Names of Services, and of pods, have no more. */
const longest = 63;

/** What the second object is called beside the workload, or its Service, and the value of its label. */
export const suffixOf = ({ kind }: Pick<Strategy, 'kind'>): 'canary' | 'green' =>
  kind === 'canary' ? 'canary' : 'green';

/** `web-canary`. Of a long name there is a hash: two may begin alike. */
export const canaryName = (name: string, strategy: Pick<Strategy, 'kind'>): string => {
  const suffix = suffixOf(strategy);
  const whole = `${name}-${suffix}`;
  if (whole.length <= longest) return whole;
  const begin = name.slice(0, longest - suffix.length - 10).replace(/[-.]+$/, '');
  return `${begin}-${shortHash(name).slice(0, 8)}-${suffix}`;
};
