import { type Condition, type ContainerStatus, type Pod, type PodStatus, timestamp } from './kube-object.ts';

interface Containers {
  readonly inits: ContainerStatus[];
  readonly own: ContainerStatus[];
  readonly isInitialized: boolean;
}

/** A pod's phase and conditions, from its containers. */
export function podStatus(pod: Pod, containers: Containers): PodStatus {
  const { inits, own, isInitialized } = containers;
  const phase = phaseOf(pod, containers);
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  // An init container that has ended no longer counts; a sidecar does.
  const sidecars = inits.filter((_, at) => pod.spec.initContainers?.[at]?.restartPolicy === 'Always');
  const isReady = !isOver && isInitialized && [...sidecars, ...own].every(({ ready }) => ready);
  const unready = [...sidecars, ...own].filter(({ ready }) => !ready).map(({ name }) => name);
  const not = isOver
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const state = isReady ? { status: 'True' } : { status: 'False', ...not };
  return {
    phase,
    conditions: [
      { type: 'Initialized', status: isInitialized ? 'True' : 'False' },
      { type: 'Ready', ...state },
      { type: 'ContainersReady', ...state },
      { type: 'PodScheduled', status: 'True' },
    ],
    ...(inits.length > 0 && { initContainerStatuses: inits.map((status) => (isOver ? ended(status) : status)) }),
    containerStatuses: own,
  };
}

/** When the others have ended, the sidecars end too. */
function ended(status: ContainerStatus): ContainerStatus {
  const { running } = status.state;
  if (running === undefined) return status;
  const { startedAt } = running;
  const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt };
  return { ...status, ready: false, started: false, state: { terminated } };
}

function phaseOf(pod: Pod, { inits, own, isInitialized }: Containers): string {
  if ((pod.spec.restartPolicy ?? 'Always') !== 'Always') {
    const isBad = ({ state }: ContainerStatus) => (state.terminated?.exitCode ?? 0) !== 0;
    if (inits.some(isBad)) return 'Failed';
    if (own.every(({ state }) => state.terminated !== undefined)) return own.some(isBad) ? 'Failed' : 'Succeeded';
  }
  const hasBegun = own.every(({ state, lastState }) => state.waiting === undefined || lastState.terminated);
  return isInitialized && hasBegun ? 'Running' : 'Pending';
}

/** A condition keeps the time of its last change. */
export const keepTimes = (
  before: readonly Condition[] | undefined,
  next: readonly Condition[],
  now: number,
): Condition[] =>
  next.map((condition) => {
    const known = before?.find(({ type }) => type === condition.type);
    const since = known?.status === condition.status ? known.lastTransitionTime : undefined;
    return { ...condition, lastTransitionTime: since ?? timestamp(now) };
  });
