import type { MetricAnswer } from '../domain/ports.ts';

export const unread = (message: string): MetricAnswer => ({ kind: 'unread', message });
