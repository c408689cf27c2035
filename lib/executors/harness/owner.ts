import type { Json } from '../../domain/json.ts';
import { mask } from '../../domain/masking/mask.ts';
import type { HarnessSettings } from './settings.ts';
import { textAt } from './wire.ts';

/** Where a secret of ours was masked, a text does not say what stood there. */
const identifierAt = (shown: Json | undefined, name: string): string | undefined => {
  const text = textAt(shown, name);
  return text?.includes(mask) ? undefined : text;
};

/** Whose a run or the details of an event are. */
export type Owner = 'ours' | 'another' | 'unsaid';

/**
 * By the identifiers that a reply shows of it, which are case-sensitive. Any of them may be missing; one that is another's decides.
 * A scope that the settings leave open is the client's own, in which every question is asked.
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
