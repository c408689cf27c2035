import { isFlotillaError } from '../../domain/errors.ts';
import { shownHealthAddress } from '../../domain/health/health-address.ts';
import { healthRequestOf, nextHealthCheck } from '../../domain/health/health-schedule.ts';
import type { KeptDeployment } from '../../domain/plan/kept-deployment.ts';
import type { Workload } from '../../domain/plan/plan.ts';
import type { Cluster, WorkloadView } from '../../domain/ports.ts';
import type { Evidence } from '../../domain/record/evidence.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'cluster' | 'clock'>;

/** What was seen, or why nothing was. */
export type Glance<Seen> = { readonly seen: Seen } | { readonly unseen: string };

/** Milliseconds. Somebody waits for the answer, and an API call ends after 29 s. */
const longest = 8_000;

/**
 * Looks once at workloads of a cluster, and returns them in order. A cluster that does not answer soon is reported as
 * such.
 */
export const lookNow = (
  deps: Needs,
  name: string,
  workloads: readonly Workload[],
): Promise<Glance<{ readonly cluster: Cluster; readonly views: readonly WorkloadView[] }>> =>
  askWithin(deps, name, async () => {
    const cluster = await deps.cluster(name);
    return { cluster, views: await cluster.read(workloads) };
  });

/** What a health check says now. Empty if there is none. */
export interface HealthNow {
  readonly healthy: boolean;
  readonly reason: string;
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

/** Runs a deployment's health check once. */
export const askHealth = async (
  deps: Needs & Pick<Deps, 'random'>,
  deployment: KeptDeployment,
  cluster: Cluster,
): Promise<HealthNow | undefined> => {
  const request = healthRequestOf(deployment);
  if (request === undefined) return undefined;
  const asked = await askWithin(deps, deployment.cluster, () => cluster.probe(request));
  const now = deps.clock.now();
  const address = shownHealthAddress(request, deployment.cluster);
  const keepsAnswer = deployment.health_check.keep_answer === true;
  // It runs only once, so its first answer is the last.
  const { verdict, reason, message, evidence } = nextHealthCheck(
    { deadline: now, attempts: 0 },
    'seen' in asked ? asked.seen : { message: asked.unseen },
    { now, random: deps.random.next(), address, keepsAnswer },
  );
  return { healthy: verdict === 'healthy', reason, message, evidence: evidence ?? [] };
};

/** A cluster that is no longer configured, or that cannot be authenticated to, cannot be asked either. */
const cannotBeAsked = ['ClusterUnavailable', 'ConfigurationInvalid'] as const;

/** A cluster's answer, or why it was not waited for. */
export const askWithin = async <Seen>(
  { clock }: Pick<Deps, 'clock'>,
  name: string,
  look: () => Promise<Seen>,
): Promise<Glance<Seen>> => {
  const over = new AbortController();
  const late = clock.sleep(longest, over.signal).then(() => 'late' as const);
  const looking = look().then(
    (seen): Glance<Seen> => ({ seen }),
    (error: unknown): Glance<Seen> => {
      if (!cannotBeAsked.some((one) => isFlotillaError(error, one))) throw error;
      return { unseen: (error as Error).message };
    },
  );
  const first = await Promise.race([looking, late]).finally(() => over.abort());
  return first === 'late' ? { unseen: `cluster ${name} has not answered within ${longest / 1_000} s` } : first;
};
