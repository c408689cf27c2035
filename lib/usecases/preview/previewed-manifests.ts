import type { KubernetesSettings, ManifestOrigin } from '../../domain/manifests/kubernetes-settings.ts';
import { partsOf } from '../../domain/parts-of.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { PreviewedRow } from '../../domain/preview/preview-rows.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { rowOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { everyItem } from '../schedule/schedule-store.ts';

const documentsAtOnce = 20;

/** The deployments of a preview that have no answer yet, or all of them. */
export const readPreviewed = async (
  { table }: Pick<Deps, 'table'>,
  previewId: string,
): Promise<readonly PreviewedRow[]> => {
  const rows: PreviewedRow[] = [];
  const { pk, sk: prefix } = keys.previewed(previewId, '');
  for await (const item of everyItem(table, { pk, prefix })) rows.push(rowOf<PreviewedRow>(item)!);
  return rows;
};

const manifestsOf = ({ executor }: Pick<KeptDeployment, 'executor'>): KubernetesSettings['manifests'] =>
  executor.name === 'kubernetes' ? (executor.settings as Partial<KubernetesSettings>).manifests : undefined;

/** Where manifests are that were not fetched yet: in S3 or in a repository. */
export const unfetchedOf = (deployment: Pick<KeptDeployment, 'executor'>): ManifestOrigin | undefined => {
  const manifests = manifestsOf(deployment);
  return manifests?.sha256 === undefined ? manifests?.from : undefined;
};

/** The SHA-256 of everything these deployments apply, as far as known. */
export const shaOf = (deployments: readonly Pick<KeptDeployment, 'executor'>[]): ReadonlySet<string> =>
  new Set(deployments.flatMap((one) => manifestsOf(one)?.sha256 ?? []));

/** Stores a preview's own copies. Nothing else refers to them, so they can be deleted with the preview. */
export const storePreviewed = async (
  { documents }: Pick<Deps, 'documents'>,
  previewId: string,
  texts: ReadonlyMap<string, string>,
): Promise<void> => {
  for (const some of partsOf([...texts], documentsAtOnce))
    await Promise.all(some.map(([sha256, text]) => documents.put(documentPaths.previewed(previewId, sha256), text)));
};

export const removePreviewed = async (
  { documents }: Pick<Deps, 'documents'>,
  previewId: string,
  rows: readonly PreviewedRow[],
): Promise<void> => {
  const names = shaOf(rows.map(({ deployment }) => deployment));
  for (const some of partsOf([...names], documentsAtOnce))
    await Promise.all(some.map((sha256) => documents.remove(documentPaths.previewed(previewId, sha256))));
};
