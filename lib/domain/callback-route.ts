/** Where Harness calls back. The last part of the path is the key. The same on AWS and on one machine. */
export const callbackPath = '/callbacks/harness';

/** Calls above this are rejected: calls a second, and the burst after a pause. */
export const callbackThrottle = { rate: 10, burst: 20 } as const;
