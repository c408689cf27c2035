import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { changeItem, pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type HeaderRow, type ItemRow, rowOf } from '../../../lib/domain/record/rows.ts';
import type { RequestRow } from '../../../lib/domain/requests/request-row.ts';
import { changeBatch, makeWorld, type World } from '../batch/api-world.ts';

/** One environment and one cluster, where Flotilla deploys by itself. */
export const ownCatalogue: Catalogue = {
  simulated: true,
  pillars: { requests: {} },
  environments: { dev: {} },
  clusters: { 'eu-1': { simulated: true } },
  infrastructures: {},
};

export const metadata = {
  replica_count: 2,
  resource_limit: { request: { cpu: '100m', memory: '64Mi' }, limit: { cpu: '500m', memory: '128Mi' } },
  doc_html: '<h1>Hello</h1>\n',
};

export const wanted = { name: 'My Web', namespace: 'team-a', image: 'registry.test:5000/web/nginx:1.27', metadata };

export const makeRequestWorld = (catalogue: Catalogue = ownCatalogue) => {
  const world = makeWorld();
  return { ...world, catalogue, deps: { ...world.deps, catalogue: async () => catalogue } };
};

export const readRequestRow = async ({ table }: Pick<World, 'table'>, id: string): Promise<RequestRow> =>
  rowOf<RequestRow>(await table.get(keys.request(id)))!;

/** Ends a request this way. */
export const endRequest = async (
  world: World,
  id: string,
  status: 'SUCCESS' | 'FAILED' = 'SUCCESS',
  reason = status === 'SUCCESS' ? 'Verified' : 'CrashLoop',
): Promise<void> => {
  const { batch_id, identifier } = await readRequestRow(world, id);
  const told = { status, reason, message: `It was ${reason}.` } as const;
  const known = rowOf<ItemRow>(await world.table.get(keys.item(batch_id, 0)));
  const at = world.clock.now();
  await world.table.transact(
    changeItem(known ?? pendingItem(batch_id, 0, `requests/${identifier}`), told, { at, actor: 'record' }).writes,
  );
  await changeBatch(world, batch_id, { ...told, ended_at: at, totals: { [status]: 1 } });
};

export const headerOf = async ({ table }: Pick<World, 'table'>, batchId: string): Promise<HeaderRow> =>
  rowOf<HeaderRow>(await table.get(keys.header(batchId)))!;
