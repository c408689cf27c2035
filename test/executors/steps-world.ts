import type { KubernetesSettings } from '../../lib/domain/manifests/kubernetes-settings.ts';
import type { RunRequest, RunState } from '../../lib/domain/ports.ts';
import type { Strategy } from '../../lib/domain/strategy/strategy.ts';
import { ControlLoop } from '../../lib/simulators/cluster/control-loop.ts';
import { noMemory } from '../../lib/simulators/memory.ts';
import { KubernetesWorld, type RequestChange } from './kubernetes-world.ts';

/** A cluster whose controllers run when time passes, and an executor that deploys to it by steps. */
export class StepsWorld extends KubernetesWorld {
  readonly #loop = new ControlLoop(this.store, {
    ...{ now: () => this.now, tickMilliseconds: 1_000, podStartMilliseconds: 1_000, memory: noMemory },
  });

  constructor() {
    super();
    // It has no timer of its own.
    this.#loop.close();
  }

  /** Controllers do what is due. */
  tick(): void {
    this.#loop.tick();
  }

  /** Controllers work once in each second. */
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      this.#loop.tick();
    }
  }

  /**
   * Looks, with some seconds between two, until it has ended, waits for a person, or makes no progress. Reports each
   * state once.
   */
  async follow(request: RunRequest, { seconds = 5, looks = 200 } = {}): Promise<Followed> {
    const told: string[] = [];
    let state: RunState | undefined;
    for (let look = 0; look < looks; look += 1) {
      state = await this.state(request);
      const words = state?.message ?? state?.raw ?? '';
      if (words !== told.at(-1)) told.push(words);
      if (state?.phase !== 'running') break;
      this.pass(seconds);
    }
    return { state: state!, told };
  }

  /** Something that runs already. */
  async seed(text: string, change: RequestChange = {}): Promise<void> {
    const request = this.request({ batch: 'B0', version: '1.0', text, ...change });
    await this.executor().start(request, 0);
    this.pass(20);
  }

  // biome-ignore lint/suspicious/noExplicitAny: objects as they stand there
  object(kind: string, name: string): any {
    return this.find(kind, name);
  }

  /** `web 4 x 2.0, web-canary 1 x 2.1`: what runs, by name. */
  running(): string {
    const deployments = ['web', 'web-canary', 'web-green'].flatMap((name) => {
      const one = this.object('Deployment', name);
      if (one === undefined) return [];
      const [, tag] = one.spec.template.spec.containers[0].image.split(':');
      return [`${name} ${one.spec.replicas} x ${tag}`];
    });
    return deployments.join(', ');
  }
}

export interface Followed {
  readonly state: RunState;
  readonly told: readonly string[];
}

export const canary = (change: Partial<Strategy> = {}): Partial<KubernetesSettings> => ({
  strategy: {
    ...{ kind: 'canary', traffic: { by: 'replicas' }, steps: [20, 50], step_seconds: 60 },
    ...{ checks: [], proceed: 'automatic', proven_seconds: 60, ...change },
  },
});

export const byRoute: Partial<Strategy> = {
  traffic: { by: 'route', route: 'web', service: 'web' },
  steps: [10, 50, 100],
};

export const blueGreen: Partial<Strategy> = {
  ...{ kind: 'blue_green', traffic: { by: 'service', service: 'web' }, steps: [100] },
};

export const service = (name: string): string =>
  `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
`;

export const route = (name: string): string =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [{name: gateway}]
  rules: [{backendRefs: [{name: ${name}, port: 80}]}]
`;
