import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import type { RenderedObject } from '../../domain/manifests/render-manifests.ts';
import { workloadKindOf } from '../../domain/manifests/workload-object.ts';
import type { RolloutSettings, Workload } from '../../domain/plan/plan.ts';
import type { Finding, Progress } from '../../domain/rollout/judgement.ts';
import { stringAt } from '../../domain/rollout/kubernetes-object.ts';
import { containersOf, podSpecOf } from '../../domain/rollout/pod-template.ts';
import { judgeRollout } from '../../domain/rollout/verdict.ts';
import { type Advance, failed, running } from './advance-result.ts';
import type { Wanted, Work } from './work.ts';

/** What earlier looks of this process saw, by attempt and object. Some failures show only by how long they last. */
export type Memory = Map<string, Progress>;

export interface JudgedWorkload {
  readonly title: string;
  readonly workload: Workload;
  readonly image: string;
  readonly settings?: RolloutSettings | undefined;
}

interface Judged extends Finding {
  readonly title: string;
}

/** Whether these run as requested, by the rules that verify a service. */
export const judgeWorkloads = async (
  work: Work,
  workloads: readonly JudgedWorkload[],
  memory: Memory,
): Promise<readonly Judged[]> => {
  const views = await work.cluster.read(workloads.map(({ workload }) => workload));
  const now = work.clock.now();
  const { docker_artifact_type: artifactType } = work.request.deployment;
  return workloads.map(({ title, workload, image, settings }, at) => {
    const key = `${work.request.key} ${title}`;
    const previous = memory.get(key);
    const { progress, ...finding } = judgeRollout({
      ...{ workload, expected: { version: '', artifactType, image }, baseline: { exists: false } },
      ...{
        view: views[at]!,
        now,
        since: work.request.at,
        ...(previous && { previous }),
        ...(settings && { settings }),
      },
    });
    if (finding.verdict === 'healthy') memory.delete(key);
    else memory.set(key, progress);
    return { title, ...finding };
  });
};

/** Waits for the workloads besides the service itself, which Verify covers. Undefined when all run. */
export const awaitOthers = async (work: Work, wanted: Wanted, memory: Memory): Promise<Advance | undefined> => {
  const others = wanted.objects.flatMap((one) => otherOf(one) ?? []);
  if (others.length === 0) return undefined;
  const judged = await judgeWorkloads(work, others, memory);
  const broken = judged.find(({ verdict }) => verdict === 'failing');
  if (broken !== undefined) return failed(broken.reason, `${broken.title}: ${broken.message}.`, true);
  const open = judged.filter(({ verdict }) => verdict !== 'healthy');
  const [first] = open;
  return first === undefined ? undefined : running(`waits for ${first.title}: ${first.message}`);
};

/**
 * Custom resources, and workloads without containers, have other owners who say when they are ready. They are not
 * waited for.
 */
const otherOf = ({ object, isWorkload }: RenderedObject): JudgedWorkload | undefined => {
  const kind = workloadKindOf(object);
  if (isWorkload || kind === undefined || kind === 'certificate') return undefined;
  const [container] = containersOf(podSpecOf({ kind }, object));
  if (container === undefined) return undefined;
  const name = stringAt(object, 'metadata', 'name') ?? '';
  const namespace = stringAt(object, 'metadata', 'namespace') ?? '';
  return {
    title: objectTitle(object),
    workload: { kind, name, namespace, container: container.name },
    image: container.image,
  };
};
