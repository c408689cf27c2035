import { partsOfTarget } from '../../lib/domain/plan/lock-names.ts';
import type { Item, Table } from '../../lib/domain/ports.ts';
import type { ChangeRow } from '../../lib/domain/record/index-rows.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { itemOf } from '../../lib/domain/record/rows.ts';

const deploymentOf = (target: string, index: number) => {
  const { environment: environment_id, pillar, service: service_name } = partsOfTarget(target);
  return {
    target,
    index,
    key: `${pillar}/${service_name}`,
    environment_id,
    pillar,
    service_name,
    infrastructure_id: 'eu',
  };
};

/** Does what the end of a deployment does, as far as histories and changes read it. */
export const rowsOfChange = (row: ChangeRow, id: string): Item[] => {
  const { target, at, batch_id, index, version, digest, by, by_name } = row;
  const told = { ...(digest && { digest }), ...(by && { by }), ...(by_name && { by_name }) };
  const release = {
    version,
    batch_id,
    index,
    at,
    origin: 'recorded',
    deployment: deploymentOf(target, index),
    ...told,
  };
  return [
    itemOf(keys.change(partsOfTarget(target).environment, row), row),
    itemOf(keys.targetPointer(target), { target }),
    itemOf(keys.environment(partsOfTarget(target).environment), { environment: partsOfTarget(target).environment }),
    itemOf(keys.targetNow(target), { target, batch_id, index, state: 'verified', version, since: at }),
    row.status === 'SUCCESS' ? itemOf(keys.release(target, id), release) : itemOf(keys.targetOutcome(target, row), row),
  ];
};

/** For a whole story, each in a release of its own. */
export const writeChanges = async ({ table }: { readonly table: Table }, rows: readonly ChangeRow[]): Promise<void> => {
  const inOrder = [...rows].sort((a, b) => a.at - b.at);
  for (const [nth, row] of inOrder.entries()) {
    const items = rowsOfChange(row, `01K${String(nth).padStart(23, '0')}`);
    await table.transact(items.map((put) => ({ put })));
  }
};
