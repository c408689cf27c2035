import { listed, type Wording } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import type { ConfigurationText } from './configuration-text.ts';
import { functionPlacePattern } from './function-place.ts';
import { iamRole, isAmongRoles } from './iam-role.ts';

/** Each cluster is reached in one way, without settings of another. */
export const checkClusters = ({ clusters, aws }: Mapping, text: ConfigurationText): void => {
  if (!isMapping(clusters)) return;
  if (Object.keys(clusters).length === 0)
    text.report(['clusters'], issueCodes.Missing, { message: 'at least one cluster is needed' });
  for (const [name, cluster] of Object.entries(clusters)) {
    if (!isMapping(cluster)) continue;
    const wording = clusterProblem(cluster);
    if (wording !== undefined) text.report(['clusters', name], issueCodes.NotAllowed, wording, 'key');
    else checkOfEks(name, cluster, { aws: isMapping(aws) ? aws : {}, text });
  }
};

const clusterProblem = ({ kubeconfig, context, eks, simulated, verify }: Mapping): Wording | undefined => {
  const ways = [kubeconfig !== undefined, eks !== undefined, simulated === true].filter(Boolean).length;
  const hint = 'give kubeconfig (with context), eks, or simulated: true';
  if (ways === 0) return { message: 'does not say how the cluster is reached', hint };
  if (ways > 1) return { message: 'names more than one way to reach the cluster', hint };
  if (context !== undefined && kubeconfig === undefined)
    return { message: 'context is only valid with kubeconfig', hint };
  if (verify !== undefined && simulated === true)
    return { message: 'verify is only valid with kubeconfig and eks', hint };
  return undefined;
};

const ofEks = ['region', 'role', 'external_id', 'proxy', 'place'] as const;

interface Beside {
  readonly aws: Mapping;
  readonly text: ConfigurationText;
}

const checkOfEks = (name: string, cluster: Mapping, { aws, text }: Beside): void => {
  const at = (field: string): readonly [string, string, string] => ['clusters', name, field];
  for (const field of ofEks) {
    if (cluster[field] === undefined || cluster.eks !== undefined) continue;
    const hint =
      field === 'proxy' ? 'a kubeconfig names its own proxy, as proxy-url' : 'a kubeconfig contains all of that';
    text.report(at(field), issueCodes.NotAllowed, { message: `${field} is only valid with eks`, hint }, 'key');
  }
  if (cluster.external_id !== undefined && cluster.role === undefined)
    text.report(at('external_id'), issueCodes.NotAllowed, { message: 'external_id is only valid with role' }, 'key');
  checkRole(cluster.role, { at: at('role'), roles: aws.cluster_roles, text });
  checkPlace(cluster.place, { at: at('place'), places: aws.places, text });
};

const checkPlace = (
  place: unknown,
  { at, places, text }: { at: readonly [string, string, string]; places: unknown; text: ConfigurationText },
): void => {
  if (typeof place !== 'string' || !functionPlacePattern.test(place) || !isMapping(places)) return;
  const known = Object.keys(places).sort();
  if (known.includes(place)) return;
  text.report(at, issueCodes.NotAllowed, {
    message: `there is no such place in aws.places; known: ${listed(known)}`,
    hint: didYouMean(nearest(place, known)),
    allowed: known,
  });
};

/** Checked if the stage's settings are in the same file. */
const checkRole = (
  role: unknown,
  { at, roles, text }: { at: readonly [string, string, string]; roles: unknown; text: ConfigurationText },
): void => {
  if (typeof role !== 'string' || !iamRole.test(role) || !Array.isArray(roles)) return;
  const known = roles.filter((one) => typeof one === 'string');
  if (isAmongRoles(role, known)) return;
  const message = `is not in aws.cluster_roles, so no function may assume it; known: ${listed(known)}`;
  text.report(at, issueCodes.NotAllowed, { message, hint: 'add it to aws.cluster_roles and deploy the stage again' });
};
