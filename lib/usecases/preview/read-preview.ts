import { FlotillaError } from '../../domain/errors.ts';
import type { PreviewRow } from '../../domain/preview/preview-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { isLost, lostMessage, type PreviewView, viewOfPreview } from './preview-view.ts';
import { readPreviewed } from './previewed-manifests.ts';

/** A preview and its answers so far. It exists only for callers who may see everything in it, and only for an hour. */
export const readPreview = async (
  { table, clock, rights }: Pick<Deps, 'table' | 'clock'> & AskedBy,
  { previewId }: { readonly previewId: string },
): Promise<PreviewView> => {
  const row = /^\w{1,64}$/.test(previewId) ? rowOf<PreviewRow>(await table.get(keys.preview(previewId))) : undefined;
  const now = clock.now();
  if (row === undefined || row.expires_at * 1_000 <= now || rights.refused('read', row.reach).length > 0)
    throw new FlotillaError('PreviewNotFound', 'There is no such preview. Previews are kept for an hour.');
  const rows = await readPreviewed({ table }, previewId);
  const told: PreviewRow = isLost(row, now) ? { ...row, state: 'failed', message: lostMessage } : row;
  return viewOfPreview(previewId, told, rows);
};
