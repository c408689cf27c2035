import { type ShownCatalogue, showCatalogue } from '../../domain/catalogue/show-catalogue.ts';
import type { AskedBy, Deps } from '../deps.ts';

/** What can be deployed and where, as far as the caller may see it. */
export const readCatalogue = async ({
  catalogue,
  rights,
}: Pick<Deps, 'catalogue'> & AskedBy): Promise<ShownCatalogue> => showCatalogue(await catalogue(), rights);
