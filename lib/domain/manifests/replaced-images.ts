import { issueCodes } from '../batch/issues.ts';
import type { Workload } from '../plan/plan.ts';
import { issueAt } from './check-policy.ts';
import type { ManifestIssue, ManifestObject } from './manifest-object.ts';
import { hookOf } from './render-manifests.ts';
import { imagesReplaced } from './set-image.ts';
import { findWorkload } from './workload-object.ts';

/** Images of the service in the manifests that are not deployed, because the configuration names another. */
export const replacedImages = (objects: readonly ManifestObject[], workload: Workload): readonly ManifestIssue[] => {
  const main = findWorkload(
    objects.filter(({ object }) => hookOf(object) === undefined),
    workload,
  );
  if (main === undefined) return [];
  return imagesReplaced(main.object, workload).map(({ path, container, written, by }) =>
    issueAt(main, path, {
      code: issueCodes.NotAllowed,
      message: `the container ${container} gets the configured image ${by} instead of ${written}`,
      hint: 'write the same image in both places',
    }),
  );
};
