import { FlotillaError } from '../../domain/errors.ts';
import { type Anchor, parseAnchor } from '../../domain/record/anchor.ts';
import { keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { AskedBy, Deps } from '../deps.ts';

export interface AnchorPage {
  /** In sequence order. A missing one is a gap. */
  readonly anchors: readonly Anchor[];
  readonly next_after: number;
  /** True if there are no more. */
  readonly ended: boolean;
}

/** A page of the anchors of all batches, as written. Only for callers who may see all batches. */
export const readAnchors = async (
  deps: Pick<Deps, 'table' | 'anchors'> & AskedBy,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<AnchorPage> => {
  if (!deps.rights.everywhere('read')) {
    throw new FlotillaError(
      'Forbidden',
      'Anchors cover every batch, and no grant lets you see every pillar in every environment. Use a token that may read everything.',
    );
  }
  const head = rowOf<{ readonly sequence: number }>(await deps.table.get(keys.anchorsHead));
  const sequences = Array.from({ length: limit }, (_, at) => after + 1 + at);
  const texts = await Promise.all(sequences.map((sequence) => deps.anchors.get(sequence)));
  const last = after + texts.findLastIndex((text) => text !== undefined) + 1;
  const anchors = texts.flatMap((text) => (text === undefined ? [] : (parseAnchor(text) ?? [])));
  const isOver = texts.at(-1) === undefined && (head?.sequence ?? 0) <= after + limit;
  return { anchors, next_after: isOver ? last : after + limit, ended: isOver };
};
