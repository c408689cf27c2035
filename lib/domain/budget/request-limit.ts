import type { Configuration, HarnessAccount } from '../catalogue/catalogue.ts';

/** Harness allows 400 requests a minute per key. The rest is left to others. */
const usualLimit = 300;

/**
 * Requests a minute to the Harness account. Undefined if they are not counted: a simulated account without a limit is
 * not shared.
 */
export const requestLimit = ({ simulated, requests_per_minute }: HarnessAccount): number | undefined =>
  requests_per_minute ?? (simulated ? undefined : usualLimit);

/** Treats accounts like real ones: they get the usual limit if none is set. */
export const withRequestLimit = (configuration: Configuration): Configuration => {
  const { catalogue } = configuration;
  if (catalogue.harness === undefined) return configuration;
  const harness = { ...catalogue.harness, requests_per_minute: catalogue.harness.requests_per_minute ?? usualLimit };
  return { ...configuration, catalogue: { ...catalogue, harness } };
};

/** The name of an executor's account. */
export const executorAccount = ({ account }: Pick<HarnessAccount, 'account'>): string => `harness:${account}`;
