import { shortHash } from '../manifests/marks.ts';
import type { Strategy } from './strategy.ts';

/** The longest name of a Service or a pod. */
const longest = 63;

/** The suffix of the second object's or Service's name, and its label value. */
export const suffixOf = ({ kind }: Pick<Strategy, 'kind'>): 'canary' | 'green' =>
  kind === 'canary' ? 'canary' : 'green';

/** `web-canary`. Long names get a hash, because two may start alike. */
export const canaryName = (name: string, strategy: Pick<Strategy, 'kind'>): string => {
  const suffix = suffixOf(strategy);
  const whole = `${name}-${suffix}`;
  if (whole.length <= longest) return whole;
  const begin = name.slice(0, longest - suffix.length - 10).replace(/[-.]+$/, '');
  return `${begin}-${shortHash(name).slice(0, 8)}-${suffix}`;
};
