import { type Catalogue, entryOf } from './catalogue.ts';
import { resolveInfrastructure } from './resolve.ts';

/** A warning about clusters whose certificate nobody checks. */
export const unverifiedSentences = (clusters: readonly string[]): string[] =>
  clusters.map(
    (name) =>
      `The certificate of cluster ${name} is not checked (insecure-skip-tls-verify in its kubeconfig): an impostor would get its credential and could claim anything about what runs there.`,
  );

/** The same for the clusters that a batch uses. */
export const warnOfUnverified = (
  deployments: readonly { readonly infrastructure_id: string }[],
  catalogue: Catalogue,
): string[] => {
  const places = new Set(deployments.map(({ infrastructure_id }) => infrastructure_id));
  const used = [...places].flatMap((place) => resolveInfrastructure(catalogue, place)?.cluster ?? []);
  return unverifiedSentences(
    [...new Set(used)].filter((name) => entryOf(catalogue.clusters, name)?.unverified === true).sort(),
  );
};
