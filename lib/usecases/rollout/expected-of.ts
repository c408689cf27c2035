import type { Release } from '../../domain/record/rows.ts';
import type { Expected } from '../../domain/rollout/judgement.ts';

/** What must run when this release is in place. */
export const expectedOf = ({ version, image, deployment }: Release): Expected => ({
  version,
  artifactType: deployment.docker_artifact_type,
  ...(image === undefined ? {} : { image }),
});
