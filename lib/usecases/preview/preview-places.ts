import { FlotillaError, isFlotillaError } from '../../domain/errors.ts';
import { previewBounds } from '../../domain/preview/preview-rows.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf, rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { type PlaceRow, type Places, takePlace } from '../take-place.ts';

/** In seconds. Most previews are over long before their places end by themselves. */
const soonest = 10;

const placesOf = (subject: string): Places => {
  const { pk, sk: prefix } = keys.previewing(subject, '');
  return { pk, prefix, most: previewBounds.atOnce };
};

/** Takes one of the few places for a caller's concurrent previews. Throws TooManyRequests if all are taken. */
export const takePreviewPlace = async (
  deps: Pick<Deps, 'table' | 'clock' | 'random'>,
  subject: string,
  previewId: string,
): Promise<number> => {
  let taken = 0;
  const wait = await takePlace(deps, placesOf(subject), async (place, when) => {
    taken = place;
    const ends_at = deps.clock.now() + previewBounds.gone;
    const row = { holder: previewId, ends_at, expires_at: Math.ceil(ends_at / 1_000) };
    return { put: itemOf(keys.previewing(subject, place), row), when };
  });
  if (wait === undefined) return taken;
  const message = `You have ${previewBounds.atOnce} previews running. Wait until one ends.`;
  throw new FlotillaError('TooManyRequests', message, { retry_after: Math.min(soonest, Math.ceil(wait / 1_000)) });
};

/** Leaves the place alone if it has ended by itself and belongs to another preview now. */
export const freePreviewPlace = async (
  { table }: Pick<Deps, 'table'>,
  { by, place, previewId }: { readonly by: string; readonly place: number; readonly previewId: string },
): Promise<void> => {
  const row = rowOf<PlaceRow>(await table.get(keys.previewing(by, place)));
  if (row?.holder !== previewId) return;
  const when = { equals: { holder: previewId } };
  try {
    await table.transact([{ put: itemOf(keys.previewing(by, place), { ...row, ends_at: 0 }), when }]);
  } catch (error) {
    if (!isFlotillaError(error, 'ConditionFailed') && !isFlotillaError(error, 'TableBusy')) throw error;
  }
};
