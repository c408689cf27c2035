/** Where Harness calls back; the last part of the path is the key. The same on AWS and on one machine. */
export const callbackPath = '/callbacks/harness';

/** What comes more often is turned away: calls a second, and as many at once after a rest. */
export const callbackThrottle = { rate: 10, burst: 20 } as const;
