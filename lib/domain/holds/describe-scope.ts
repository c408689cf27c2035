import type { HoldScope } from './hold.ts';

const order = ['environment', 'pillar', 'service', 'cluster', 'executor', 'batch'] as const;

/** A scope in words: "environment uat and pillar risk". */
export const describeScope = (scope: HoldScope): string => {
  const named = order.flatMap((name) => (scope[name] === undefined ? [] : [`${name} ${scope[name]}`]));
  return named.length === 0 ? 'everything' : named.join(' and ');
};
