import { keys } from '../../domain/record/keys.ts';
import type { Deps } from '../deps.ts';

/** Few enough to cost a page of targets hardly more. */
const atOnce = 10;

/**
 * The environments that have, or may have, targets, sorted, from this name on: those configured, and those removed from
 * the configuration that batches went to. Reads them as needed.
 */
export async function* environmentsFrom(
  deps: Pick<Deps, 'table' | 'catalogue'>,
  first = '',
  onRead: (rows: number) => void = () => {},
): AsyncGenerator<string> {
  const { environments = {} } = await deps.catalogue();
  let configured = Object.keys(environments)
    .filter((name) => name >= first)
    .sort();
  for await (const { names, isLast } of recordedFrom(deps, first, onRead)) {
    const end = names.at(-1) ?? '';
    const due = isLast ? configured : configured.filter((name) => name <= end);
    yield* [...new Set([...names, ...due])].sort();
    configured = configured.slice(due.length);
  }
}

async function* recordedFrom(
  { table }: Pick<Deps, 'table'>,
  first: string,
  onRead: (rows: number) => void,
): AsyncGenerator<{ readonly names: readonly string[]; readonly isLast: boolean }> {
  const { pk } = keys.environment('');
  const from = first === '' ? {} : { from: first };
  for (let after: string | undefined; ; ) {
    const page = await table.query({ pk, limit: atOnce, ...from, ...(after === undefined ? {} : { after }) });
    onRead(page.items.length);
    after = page.next;
    yield { names: page.items.map(({ sk }) => sk), isLast: after === undefined };
    if (after === undefined) return;
  }
}

/** All environments. */
export const readEnvironments = async (
  deps: Pick<Deps, 'table' | 'catalogue'>,
  onRead?: (rows: number) => void,
): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const name of environmentsFrom(deps, '', onRead)) names.push(name);
  return names;
};
