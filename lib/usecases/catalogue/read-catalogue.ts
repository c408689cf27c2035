import { type ShownCatalogue, showCatalogue } from '../../domain/catalogue/show-catalogue.ts';
import type { AskedBy, Deps } from '../deps.ts';

/** What there is to deploy and where, as one who asks may see it. */
export const readCatalogue = async ({
  catalogue,
  rights,
}: Pick<Deps, 'catalogue'> & AskedBy): Promise<ShownCatalogue> => showCatalogue(await catalogue(), rights);
