import type { Batch } from '../../domain/batch/batch.ts';
import { keyHint } from '../../domain/batch/key-hint.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { documentPaths } from '../../domain/record/keys.ts';
import type { HeaderRow } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { type Sight, sightOf } from '../grants/sight.ts';
import { readDocument } from '../record/read-document.ts';
import { readKeptSheet } from '../schedule/schedule-store.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

export interface FoundKey {
  /** Index in the plan, or in the file until there is a plan. */
  readonly index: number;
  readonly sight: Sight;
}

/**
 * Finds a deployment's index in its batch. Throws DeploymentNotFound with the nearest key, also for one that the caller
 * may not see.
 */
export const findKey = async (deps: Needs, header: HeaderRow, key: string): Promise<FoundKey> => {
  const [keys, sight] = await Promise.all([readKeys(deps, header), sightOf(deps, header)]);
  const index = keys.indexOf(key);
  if (index >= 0 && sight.sees(index)) return { index, sight };
  const { batch_id } = header;
  const hint = keyHint(
    key,
    keys.filter((_, at) => sight.sees(at)),
  );
  throw new FlotillaError('DeploymentNotFound', `Batch ${batch_id} has no deployment ${key}${hint}.`, {
    batch_id,
    key,
  });
};

const readKeys = async (deps: Needs, { batch_id, plan_hash }: HeaderRow): Promise<readonly string[]> => {
  if (plan_hash !== undefined) return (await readKeptSheet(deps, batch_id)).keys;
  const { deployments } = await readDocument<Batch>(deps.documents, documentPaths.batch(batch_id));
  return deployments.map(({ key }) => key);
};
