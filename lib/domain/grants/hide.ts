/** What must not be told, and how it is known in a text. */
export interface Hidden {
  /** `pillar/service_name` of deployments of the same batch. */
  isKey(key: string): boolean;
  /** Whoever has a lock: by its batch, and by its key if that is known. */
  isHolder(batchId: string, key: string | undefined): boolean;
}

export const another = 'another deployment';

/** The same value without what is hidden: in each text by other words, and in who holds a lock left out. */
export const hideIn = <Value>(value: Value, hidden: Hidden): Value => hide(value, hidden) as Value;

const hide = (value: unknown, hidden: Hidden): unknown => {
  if (typeof value === 'string') return withoutKeys(withoutHolders(value, hidden), hidden);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => hide(one, hidden));
  const { batch_id, key, environment_id, ...rest } = value as Readonly<Record<string, unknown>>;
  const isHiddenLock =
    rest.kind === 'lock' &&
    typeof batch_id === 'string' &&
    hidden.isHolder(batch_id, typeof key === 'string' ? key : undefined);
  const shown = isHiddenLock ? rest : (value as Readonly<Record<string, unknown>>);
  return Object.fromEntries(Object.entries(shown).map(([name, one]) => [name, hide(one, hidden)]));
};

/** As a lock is told of: by `describeHolder`, and with the environment where that is another one. */
const holderPattern = /(?:([\w-]+\/[\w-]+) of )?batch ([0-9A-Z]{10,26})\b(?: in [\w.-]*\w)?/g;

export const holdersIn = (text: string): readonly { readonly key: string | undefined; readonly batchId: string }[] =>
  [...text.matchAll(holderPattern)].map(([, key, batchId]) => ({ key, batchId: batchId! }));

const withoutHolders = (text: string, hidden: Hidden): string =>
  text.replaceAll(holderPattern, (written, key: string | undefined, batchId: string) =>
    hidden.isHolder(batchId, key) ? another : written,
  );

/** A key may stand behind other names, as in that of a target. */
const withoutKeys = (text: string, hidden: Hidden): string =>
  text.replaceAll(/[\w-]+(?:\/[\w-]+)+/g, (written) => {
    const names = written.split('/');
    const isHidden = names.some((name, at) => at > 0 && hidden.isKey(`${names[at - 1]}/${name}`));
    return isHidden ? another : written;
  });
