import type { Status } from '../../domain/deployment/status.ts';
import type { DeploymentView } from '../../usecases/deployment/deployment-view.ts';

/** By key. */
export type Expected = Readonly<Record<string, readonly [Status, string]>>;

/** What did not end as designed. Deployments that are not named should end with `usual`. */
export const differencesOf = (
  deployments: readonly DeploymentView[],
  expected: Expected,
  usual: Status = 'SUCCESS',
): readonly string[] =>
  deployments.flatMap(({ key, status, reason }) => {
    const wanted = expected[key];
    const good = wanted === undefined ? status === usual : status === wanted[0] && reason === wanted[1];
    return good ? [] : [`${key}: ${status} / ${reason}, not ${wanted?.join(' / ') ?? usual}`];
  });
