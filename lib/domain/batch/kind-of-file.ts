import { isMapping } from './mapping.ts';

/** What a file seems to be at first sight, because people submit the wrong one. */
export const kindOfFile = (root: unknown): string | undefined => {
  if (Array.isArray(root)) return 'a list';
  if (root === null || root === undefined) return 'nothing (null)';
  if (!isMapping(root)) return 'plain text';
  if ('deployments' in root || 'releases' in root) return 'a batch';
  if ('apiVersion' in root && 'kind' in root) return `a Kubernetes manifest (${String(root.kind)})`;
  const ofConfiguration = ['clusters', 'harness', 'infrastructures', 'pillars'].some((key) => key in root);
  return ofConfiguration && !('version' in root) ? 'a configuration' : undefined;
};
