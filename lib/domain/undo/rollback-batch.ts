import type { Batch, Deployment } from '../batch/batch.ts';
import { actingOf, askedFor } from '../plan/action.ts';
import type { Strategy } from '../plan/plan.ts';
import type { RollbackMember, RollbackPlan } from './plan-rollback.ts';

/** What is rolled back, in a few words. */
export interface RolledBack {
  /** The rollback batch's name; cut after 100 characters. */
  readonly name: string;
  /** How the original batch was run; absent: the order is the only limit. */
  readonly strategy?: Strategy | undefined;
}

const longestName = 100;

/** The batch that carries out a rollback: each deployment as planned then, after those that depend on it. */
export const rollbackBatch = ({ members }: Pick<RollbackPlan, 'members'>, { name, strategy }: RolledBack): Batch => {
  const forced = members.filter((member) => member.forced).map(({ key }) => key);
  const { mode = 'parallel', max_concurrency = 5 } = strategy ?? {};
  return {
    version: 'v1.0',
    metadata: { name: cut(name) },
    // One that is not restored stops only those that it depends on.
    strategy: { mode, max_concurrency, on_failure: 'continue' },
    deployments: members.map((member, place) => deploymentOf(member, place + 1)),
    lane: 'rollback',
    ...(forced.length === 0 ? {} : { forced }),
  };
};

const cut = (name: string): string => (name.length <= longestName ? name : `${name.slice(0, longestName - 1)}…`);

const deploymentOf = ({ key, to, of, expects, waits_for }: RollbackMember, position: number): Deployment => {
  const { deployment: then, version, image, digest, container } = to;
  const planned = { ...then, docker_image_version: version };
  return {
    position,
    line: position,
    key,
    pillar: then.pillar,
    service_name: then.service_name,
    ...actingOf(then),
    docker_artifact_type: then.docker_artifact_type,
    docker_image_version: version,
    environment_id: then.environment_id,
    infrastructure_id: then.infrastructure_id,
    executor: then.executor.name,
    priority: then.priority,
    timeout: then.timeout,
    retry_count: then.retry_count,
    tags: then.tags,
    dependencies: waits_for,
    rollback_strategy: then.rollback_strategy,
    health_check: healthOf(then.health_check),
    planned,
    replay: {
      kind: 'rollback',
      of,
      ...(expects === undefined ? {} : { expects }),
      ...(image === undefined ? {} : { image }),
      ...(digest === undefined ? {} : { digest }),
      ...(container === undefined ? {} : { container }),
    },
  };
};

const healthOf = ({ enabled, path, port, timeout }: Deployment['health_check']): Deployment['health_check'] => ({
  enabled,
  ...(path === undefined ? {} : { path }),
  ...(port === undefined ? {} : { port }),
  ...(timeout === undefined ? {} : { timeout }),
});

/** The text for `source`: nobody sent a file, so it describes what is done. */
export const rollbackText = (
  { members }: Pick<RollbackPlan, 'members'>,
  about: { readonly rolls_back: string; readonly reason?: string | undefined },
): string =>
  JSON.stringify(
    {
      ...about,
      deployments: members.map(({ key, target, from, to, waits_for, forced }) => ({
        ...{ key, target, from, to: askedFor(to.deployment, to.version), waits_for },
        ...(forced ? { forced } : {}),
      })),
    },
    undefined,
    2,
  );

/** By key, the step in which each goes back: 0 waits for nobody. Members come after those that they wait for. */
export const stepsOf = ({ members }: Pick<RollbackPlan, 'members'>): ReadonlyMap<string, number> => {
  const steps = new Map<string, number>();
  for (const { key, waits_for } of members) {
    steps.set(
      key,
      waits_for.reduce((step, other) => Math.max(step, (steps.get(other) ?? 0) + 1), 0),
    );
  }
  return steps;
};
