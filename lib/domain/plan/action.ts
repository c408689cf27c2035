/** What is done at a target. `delete` and `scale` act on what is there, so they have no version. */
export const actions = ['deploy', 'delete', 'scale'] as const;
export type Action = (typeof actions)[number];

/** The most replicas a scale may ask for. */
export const mostReplicas = 10_000;

/** What a deployment does instead of deploying. Absent: it deploys, as in all rows of earlier versions. */
export interface Acting {
  readonly action?: Exclude<Action, 'deploy'> | undefined;
  /** With `scale`: the number of replicas. */
  readonly replicas?: number | undefined;
}

/**
 * Executors that can delete and scale. Harness pipelines only deploy; there is no way to ask whether they can do more.
 */
export const actingExecutors: readonly string[] = ['kubernetes'];

export const isDelete = ({ action }: Pick<Acting, 'action'>): boolean => action === 'delete';
export const isScale = ({ action }: Pick<Acting, 'action'>): boolean => action === 'scale';

/** Whether a version is deployed. */
export const deploys = ({ action }: Pick<Acting, 'action'>): boolean => action === undefined;

/** For tables, in place of a version: `2.4.0`, `delete`, `scale to 3`. */
export const askedFor = ({ action, replicas }: Acting, version: string | undefined): string => {
  if (action === 'delete') return 'delete';
  return action === 'scale' ? `scale to ${replicas}` : (version ?? '?');
};

/** For a sentence after `Attempt 1:`. */
export const doesWhat = ({ action, replicas }: Acting, version: string): string => {
  if (action === 'delete') return 'deletes it';
  return action === 'scale' ? `scales it to ${replicas}` : `deploys version ${version}`;
};

/** Its fields, if set. A plain deployment has neither, so it reads as in versions without actions. */
export const actingOf = ({ action, replicas }: Acting): { action?: 'delete' | 'scale'; replicas?: number } => ({
  ...(action === undefined ? {} : { action }),
  ...(replicas === undefined ? {} : { replicas }),
});
