const units: Readonly<Record<string, number>> = {
  '': 1,
  ...{ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** CPUs: `2`, `0.5` or `500m`. */
export const cpuPattern = /^\d{1,6}(?:\.\d{1,3})?$|^\d{1,9}m$/;
/** Bytes: `268435456`, `256Mi` or `1.5G`. */
export const memoryPattern = /^\d{1,18}(?:\.\d{1,3})?(?:[kMGTPE]|[KMGTPE]i)?$/;

/** The value of a Kubernetes quantity. */
export const amountOf = (quantity: string): number => {
  const [, number = '', unit = ''] = /^([\d.]+)(.*)$/.exec(quantity) ?? [];
  return Number(number) * (units[unit] ?? Number.NaN);
};
