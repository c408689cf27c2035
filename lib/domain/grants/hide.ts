/** What must stay hidden, and how to recognise it in a text. */
export interface Hidden {
  /** Keys of deployments of the same batch, and their services: `pillar/service_name`. */
  isKey(key: string): boolean;
  /** The holder of a lock: by its batch, and by its key if known. */
  isHolder(batchId: string, key: string | undefined): boolean;
}

export const another = 'another deployment';

/** The same value with hidden parts replaced in texts, and hidden lock holders removed. */
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

/** A lock as `describeHolder` writes it, with the environment if it is another one. */
const holderPattern = /(?:([\w-]+\/[\w-]+(?:@[\w.-]*\w)?) of )?batch ([0-9A-Z]{10,26})\b(?: in [\w.-]*\w)?/g;

export const holdersIn = (text: string): readonly { readonly key: string | undefined; readonly batchId: string }[] =>
  [...text.matchAll(holderPattern)].map(([, key, batchId]) => ({ key, batchId: batchId! }));

const withoutHolders = (text: string, hidden: Hidden): string =>
  text.replaceAll(holderPattern, (written, key: string | undefined, batchId: string) =>
    hidden.isHolder(batchId, key) ? another : written,
  );

/** A key may follow other names, as in a target's name. */
const withoutKeys = (text: string, hidden: Hidden): string =>
  text.replaceAll(/[\w-]+(?:\/[\w-]+)+(?:@[\w.-]*[\w-])?/g, (written) => {
    const names = written.split('/');
    const isHidden = names.some((name, at) => at > 0 && hidden.isKey(`${names[at - 1]}/${name}`));
    return isHidden ? another : written;
  });
