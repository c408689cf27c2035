import type { Configuration, HarnessAccount } from '../catalogue/catalogue.ts';

/** Harness allows 400 requests a minute to a key: the rest is for others. */
const usualLimit = 300;

/** Requests a minute to the account of Harness. Undefined where they are not counted: a simulated one without a limit is shared by nobody. */
export const requestLimit = ({ simulated, requests_per_minute }: HarnessAccount): number | undefined =>
  requests_per_minute ?? (simulated ? undefined : usualLimit);

/** As a real one is treated: with the usual limit where none is set. */
export const withRequestLimit = (configuration: Configuration): Configuration => {
  const { catalogue } = configuration;
  if (catalogue.harness === undefined) return configuration;
  const harness = { ...catalogue.harness, requests_per_minute: catalogue.harness.requests_per_minute ?? usualLimit };
  return { ...configuration, catalogue: { ...catalogue, harness } };
};

/** What an account is called as that of an executor. */
export const executorAccount = ({ account }: Pick<HarnessAccount, 'account'>): string => `harness:${account}`;
