/** What is done at a target. `delete` and `scale` are of what stands there, so they have no version. */
export const actions = ['deploy', 'delete', 'scale'] as const;
export type Action = (typeof actions)[number];

/** More no workload of a service has. */
export const mostReplicas = 10_000;

/** What a deployment does where it does not deploy. Absent: it deploys, as in all rows of earlier versions. */
export interface Acting {
  readonly action?: Exclude<Action, 'deploy'> | undefined;
  /** With `scale`: how many are asked for. */
  readonly replicas?: number | undefined;
}

/** The executors that can delete and scale. The pipelines of Harness deploy, and what else they could do nobody can ask them for. */
export const actingExecutors: readonly string[] = ['kubernetes'];

export const isDelete = ({ action }: Pick<Acting, 'action'>): boolean => action === 'delete';
export const isScale = ({ action }: Pick<Acting, 'action'>): boolean => action === 'scale';

/** Whether a version is deployed. */
export const deploys = ({ action }: Pick<Acting, 'action'>): boolean => action === undefined;

/** For tables, where a version would stand: `2.4.0`, `delete`, `scale to 3`. */
export const askedFor = ({ action, replicas }: Acting, version: string | undefined): string => {
  if (action === 'delete') return 'delete';
  return action === 'scale' ? `scale to ${replicas}` : (version ?? '?');
};

/** In a sentence after `Attempt 1:`. */
export const doesWhat = ({ action, replicas }: Acting, version: string): string => {
  if (action === 'delete') return 'deletes it';
  return action === 'scale' ? `scales it to ${replicas}` : `deploys version ${version}`;
};

/** The fields, where there are any: a deployment that deploys has neither, so that it reads as before there were others. */
export const actingOf = ({ action, replicas }: Acting): { action?: 'delete' | 'scale'; replicas?: number } => ({
  ...(action === undefined ? {} : { action }),
  ...(replicas === undefined ? {} : { replicas }),
});
