import type { Case } from '../case.ts';

export const cases: readonly Case[] = [
  { name: 'good', to: '2.0.0', expect: { status: 'SUCCESS', reason: 'Verified' } },
  {
    name: 'missing',
    to: '2.0.0-missing',
    expect: { status: 'FAILED', reason: 'ImagePullBackOff', evidence: ['not found'] },
  },
];
