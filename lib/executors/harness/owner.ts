import type { Json } from '../../domain/json.ts';
import { mask } from '../../domain/masking/mask.ts';
import type { HarnessSettings } from './settings.ts';
import { textAt } from './wire.ts';

/** A text with a masked secret does not show what was there. */
const identifierAt = (shown: Json | undefined, name: string): string | undefined => {
  const text = textAt(shown, name);
  return text?.includes(mask) ? undefined : text;
};

/** Whose run it is, or the details of whose event. */
export type Owner = 'ours' | 'another' | 'unsaid';

/**
 * Decides by the identifiers in a reply, which are case-sensitive. Any may be missing; one that is another's decides. A
 * scope that the settings leave open is the client's own, where every request goes.
 */
export const ownerOf = (shown: Json | undefined, { pipeline, scope }: HarnessSettings): Owner => {
  const isAnother = (name: string, wanted: string | undefined): boolean => {
    const found = identifierAt(shown, name);
    return found !== undefined && wanted !== undefined && found !== wanted;
  };
  if (isAnother('orgIdentifier', scope.org) || isAnother('projectIdentifier', scope.project)) return 'another';
  if (isAnother('pipelineIdentifier', pipeline)) return 'another';
  return identifierAt(shown, 'pipelineIdentifier') === undefined ? 'unsaid' : 'ours';
};
