import { describe, expect, it } from 'vitest';
import type { RunRequest, RunState } from '../../lib/domain/ports.ts';
import { documentPaths } from '../../lib/domain/record/keys.ts';
import type { KubeObject } from '../../lib/simulators/cluster/kube-object.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

/** The test plays the controller of Argo Rollouts, with statuses as measured (1.10.2). */
type Status = Readonly<Record<string, unknown>>;

const stable: Status = {
  ...{ phase: 'Healthy', currentPodHash: 'one', stableRS: 'one' },
  ...{ replicas: 4, updatedReplicas: 4, readyReplicas: 4, availableReplicas: 4, currentStepIndex: 4 },
};
const between: Status = {
  ...{ phase: 'Progressing', currentPodHash: 'two', stableRS: 'one' },
  ...{ replicas: 4, updatedReplicas: 1, readyReplicas: 4, availableReplicas: 4 },
};
const pausedAt = (currentStepIndex: number, reason = 'CanaryPauseStep'): Status => ({
  ...{ ...between, phase: 'Paused', message: reason, controllerPause: true, currentStepIndex },
  pauseConditions: [{ reason, startTime: '2026-11-30T03:00:00Z' }],
});
const done: Status = { ...stable, currentPodHash: 'two', stableRS: 'two' };
const condition = { type: 'Progressing', status: 'False', reason: 'RolloutAborted' };
const abortedStatus = (message: string, change: Status = {}): Status => ({
  ...{ ...between, phase: 'Degraded', abort: true, abortedAt: '2026-11-30T03:00:00Z', updatedReplicas: 0 },
  ...{ conditions: [{ ...condition, message }], ...change },
});

const steps = '[{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {duration: 1m}}, {pause: {}}]';
const rolloutText = (strategy = `canary: {steps: ${steps}}`): string => `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  strategy: {${strategy}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'registry.example/web:0'}]}
`;

const workload = { kind: 'rollout', name: 'web', namespace: 'shop', container: 'web' } as const;

/** A Rollout that runs version 1.0, and an attempt to deploy 2.0. */
class Stage {
  readonly world = new KubernetesWorld();
  readonly text: string;
  #deploying: RunRequest;

  private constructor(text: string) {
    this.text = text;
    this.#deploying = this.#request({ batch: 'B2', version: '2.0' });
  }

  static async with(text = rolloutText()): Promise<Stage> {
    const stage = new Stage(text);
    const first = stage.#request({ batch: 'B1' });
    await stage.world.state(first);
    stage.says(stable);
    await stage.world.state(first);
    stage.world.now = Date.parse('2026-11-30T02:00:00Z');
    stage.#deploying = stage.#request({ batch: 'B2', version: '2.0' });
    return stage;
  }

  #request(change: RequestChange) {
    return this.world.request({ ...change, text: this.text, deployment: { workload } });
  }

  /** As the controller writes it. */
  says(status: Status): void {
    this.world.change('Rollout', 'web', (draft) => {
      const { generation } = draft.metadata as { readonly generation?: number };
      (draft as { status?: unknown }).status = { ...status, observedGeneration: String(generation) };
    });
  }

  get status(): Record<string, unknown> {
    return (this.world.find('Rollout', 'web') as KubeObject & { status: Record<string, unknown> }).status;
  }

  look(): Promise<RunState | undefined> {
    return this.world.state(this.#deploying);
  }

  restore(): Promise<RunState | undefined> {
    return this.world.state(this.#request({ batch: 'B2', version: '1.0', attempt: 'restore', at: this.world.now + 1 }));
  }

  cancel() {
    return this.world.executor().cancel(this.#deploying);
  }

  /** The pause where it waits. */
  async proceed(): Promise<void> {
    const pause = await this.world.documents.get(documentPaths.paused('B2', 'B2-0-1'));
    await this.world.documents.put(
      documentPaths.proceeded('B2', 'B2-0-1'),
      JSON.stringify({ by: 'ann', at: 1, pause }),
    );
  }
}

const waits = { phase: 'waiting-for-human', raw: 'AwaitsPromotion' };

describe('a Rollout', () => {
  it('is followed by its own steps until the new revision is the stable one', async () => {
    const stage = await Stage.with();
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('generation') });
    stage.says(between);
    expect(await stage.look()).toMatchObject({ phase: 'running' });
    stage.says(pausedAt(3));
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('pauses for 1m') });
    stage.says(done);
    expect(await stage.look()).toMatchObject({ phase: 'terminal', outcome: 'succeeded' });
  });

  it('waits for a person at a pause without a duration, and at each such pause for a new decision', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    expect(await stage.look()).toMatchObject({ ...waits, message: expect.stringContaining('CanaryPauseStep') });
    await stage.proceed();
    expect(await stage.look()).toMatchObject({ phase: 'running' });
    expect(stage.status).not.toHaveProperty('pauseConditions');
    expect(stage.status.currentStepIndex).toBe(1);
    stage.says(pausedAt(4));
    expect(await stage.look()).toMatchObject(waits);
    await stage.proceed();
    await stage.look();
    stage.says(done);
    expect(await stage.look()).toMatchObject({ outcome: 'succeeded' });
  });

  it('waits at a later pause, too, when somebody else has let the approved one go on', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    expect(await stage.look()).toMatchObject(waits);
    await stage.proceed();
    stage.says(pausedAt(4));
    expect(await stage.look()).toMatchObject(waits);
    expect(stage.status.pauseConditions).toBeDefined();
  });

  it('skips the step with an inconclusive analysis', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(2, 'InconclusiveAnalysisRun'));
    expect(await stage.look()).toMatchObject(waits);
    await stage.proceed();
    await stage.look();
    expect(stage.status).toMatchObject({ controllerPause: false, currentStepIndex: 3 });
    expect(stage.status).not.toHaveProperty('pauseConditions');
  });

  it('of blue/green waits for a person before it gets the traffic', async () => {
    const stage = await Stage.with(rolloutText('blueGreen: {activeService: web, autoPromotionEnabled: false}'));
    await stage.look();
    stage.says({ ...pausedAt(0, 'BlueGreenPause'), updatedReplicas: 4, availableReplicas: 8, readyReplicas: 8 });
    expect(await stage.look()).toMatchObject(waits);
    await stage.proceed();
    await stage.look();
    stage.says({ ...done, blueGreen: { activeSelector: 'two' } });
    expect(await stage.look()).toMatchObject({ outcome: 'succeeded' });
  });

  it('that may not be resumed says so, and goes on when it may', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    await stage.look();
    stage.world.rights.take('patch rollouts/status.argoproj.io');
    await stage.proceed();
    expect(await stage.look()).toMatchObject({ ...waits, message: expect.stringContaining('cannot patch') });
    stage.world.rights.giveAll();
    expect(await stage.look()).toMatchObject({ phase: 'running' });
    expect(stage.status).not.toHaveProperty('pauseConditions');
  });

  it('is not resumed when it has come to another pause meanwhile', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    await stage.look();
    await stage.proceed();
    stage.world.fate = ({ path, isWrite }) => {
      if (isWrite && path.includes('/status')) stage.says(pausedAt(4));
      return undefined;
    };
    await stage.look();
    expect(stage.status.pauseConditions).toBeDefined();
    stage.world.fate = () => undefined;
    expect(await stage.look()).toMatchObject(waits);
  });
});

describe('a Rollout that does not succeed', () => {
  const message = 'Rollout aborted update to revision 2: metric "errors" assessed Failed';

  it("and was aborted by its controller has failed, with the controller's message", async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(abortedStatus(message));
    expect(await stage.look()).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'RolloutAborted', message: `Rollout shop/web: ${message}.`, retryable: false, touched: true },
    });
  });

  it('and goes on all the same loses its traffic', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says({ ...between, phase: 'Degraded', message: 'no analysis template' });
    expect(await stage.look()).toMatchObject({ outcome: 'failed', failure: { reason: 'RolloutDegraded' } });
    expect(stage.status.abort).toBe(true);
  });

  it('was aborted before this attempt starts again', async () => {
    const stage = await Stage.with();
    stage.says(abortedStatus(message, { abortedAt: '2026-11-30T01:00:00Z' }));
    await stage.look();
    stage.says(abortedStatus(message, { abortedAt: '2026-11-30T01:00:00Z' }));
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('starts again') });
    expect(stage.status.abort).toBe(false);
  });

  it.each([
    ['cancelled at a pause', pausedAt(1)],
    ['cancelled on its way', between],
  ])('and is %s ends when the stable pods serve again', async (_, status) => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(status);
    await stage.look();
    await stage.cancel();
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('take over again') });
    expect(stage.status.abort).toBe(true);
    stage.says({ ...abortedStatus('stopped'), availableReplicas: 3 });
    expect(await stage.look()).toMatchObject({ phase: 'running' });
    stage.says(abortedStatus('stopped'));
    expect(await stage.look()).toMatchObject({ outcome: 'aborted', failure: { touched: true } });
  });

  it('and is cancelled before its controller has seen it is aborted when that has', async () => {
    const stage = await Stage.with();
    await stage.look();
    await stage.cancel();
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('has seen') });
    expect(stage.status.abort).toBeUndefined();
    stage.says(between);
    expect(await stage.look()).toMatchObject({ phase: 'running', raw: expect.stringContaining('take over again') });
    expect(stage.status.abort).toBe(true);
  });

  it('and is cancelled during a look is aborted, too', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    let reads = 0;
    stage.world.fate = ({ path, isWrite }) => {
      if (!isWrite && path.includes('/rollouts') && ++reads === 1) void stage.cancel();
      return undefined;
    };
    expect(await stage.look()).toMatchObject({ phase: 'running' });
    stage.world.fate = () => undefined;
    await stage.look();
    expect(stage.status.abort).toBe(true);
  });

  it('and may not be aborted has failed, and says that it goes on', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    await stage.cancel();
    stage.world.rights.take('patch rollouts/status.argoproj.io');
    expect(await stage.look()).toMatchObject({
      outcome: 'failed',
      failure: { reason: 'AbortRefused', message: expect.stringContaining('It goes on'), touched: true },
    });
  });

  it('and is restored takes no steps: its pauses are skipped', async () => {
    const stage = await Stage.with();
    await stage.look();
    stage.says(pausedAt(1));
    expect(await stage.restore()).toMatchObject({ phase: 'running' });
    stage.says({ ...pausedAt(1), currentPodHash: 'three' });
    expect(await stage.restore()).toMatchObject({ phase: 'running' });
    expect(stage.status.promoteFull).toBe(true);
    stage.says(stable);
    expect(await stage.restore()).toMatchObject({ outcome: 'succeeded' });
  });
});
