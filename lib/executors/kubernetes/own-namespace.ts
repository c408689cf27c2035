import { labels } from '../../domain/manifests/marks.ts';
import type { Advance } from './advance-result.ts';
import { failureOf } from './refusals.ts';
import { placeless, type Work } from './work.ts';

/**
 * Creates a deployment's namespace if that is requested and it is missing. A namespace is shared: an existing one is
 * not changed, and it is not deleted with the deployment.
 */
export const ensureNamespace = async ({ settings, request, objects }: Work): Promise<Advance | undefined> => {
  if (settings.create_namespace !== true) return undefined;
  const { namespace: name } = request.deployment.workload;
  if ((await objects.get({ api_version: 'v1', kind: 'Namespace', name })) !== undefined) return undefined;
  const metadata = { name, labels: { [labels.managedBy]: 'flotilla' } };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata };
  const why = await objects.apply(object, { absent: true });
  // Somebody else was faster.
  if (why.kind === 'applied' || why.kind === 'moved') return undefined;
  return failureOf([{ of: { wanted: placeless(object), live: undefined }, why }]);
};
