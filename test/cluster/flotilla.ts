import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor } from '../../lib/domain/ports.ts';
import { loadConfiguration } from '../../lib/local/load-configuration.ts';
import { type Runtime, startRuntime } from '../../lib/local/runtime.ts';
import type { DeploymentView } from '../../lib/usecases/deployment/deployment-view.ts';
import type { Case } from './case.ts';
import { repositoryOf } from './manifest.ts';

export interface FlotillaOptions {
  readonly folder: string;
  readonly cases: readonly Case[];
  /** A kubeconfig, or the address of a simulated cluster. */
  readonly connection: { readonly kubeconfig: string } | { readonly simulated: string };
  readonly executor: Executor;
}

/** Longer than the time-out of a deployment, and of its restore. */
const longest = 200_000;

const pillar = 'shared';
/** Nothing listens at this address: a client of the cluster plays Harness. */
const harness = 'http://127.0.0.1:9';

/** All of Flotilla in this process, as a user has it, with a cluster that its own adapter talks to. */
export class Flotilla {
  readonly #runtime: Runtime;

  private constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  static async start({ folder, cases, connection, executor }: FlotillaOptions): Promise<Flotilla> {
    const isSimulated = 'simulated' in connection;
    const services = Object.fromEntries(cases.map((one) => [one.name, serviceOf(one)]));
    const written = {
      services: { [pillar]: services },
      pillars: { [pillar]: { harness: { pipeline: 'deploy' } } },
      clusters: { kube: isSimulated ? { simulated: true } : connection },
      harness: { simulated: true },
    };
    const file = join(folder, 'flotilla.config.yaml');
    writeFileSync(file, JSON.stringify(written));
    const { configuration } = loadConfiguration({ file, directory: folder, env: {} });
    const runtime = await startRuntime({
      port: 0,
      data: join(folder, 'data'),
      configuration,
      simulators: { harness, clusters: isSimulated ? { kube: connection.simulated } : {} },
      executor: () => executor,
      // Both clusters are observed at the real pace; only the run of the pipeline is polled often.
      patient: true,
      pace: { pollExecutor: 200 },
    });
    return new Flotilla(runtime);
  }

  /** Submits a batch of one deployment. Returns its id. */
  async submit(one: Case): Promise<string> {
    const batch = {
      version: 'v1.0',
      deployments: [
        {
          pillar,
          service_name: one.name,
          docker_artifact_type: 'docker',
          docker_image_version: one.to,
          environment_id: 'staging',
          infrastructure_id: 'kube',
          ...one.item,
          metadata: { retry_count: 0, timeout: 120, ...one.metadata },
        },
      ],
    };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.#runtime.url}/batches`, {
      method: 'POST',
      headers,
      body: JSON.stringify(batch),
    });
    const answer = (await response.json()) as { readonly batch_id: string };
    if (!response.ok) throw new Error(`${one.name} is refused: ${JSON.stringify(answer)}`);
    return answer.batch_id;
  }

  /** Its outcome, once it has ended. */
  async ended(batchId: string): Promise<DeploymentView> {
    for (const end = Date.now() + longest; Date.now() < end; await sleep(100)) {
      const response = await fetch(`${this.#runtime.url}/batches/${batchId}/deployments`);
      const { deployments } = (await response.json()) as { readonly deployments: readonly DeploymentView[] };
      const [view] = deployments;
      if (view?.ended_at !== undefined) return view;
    }
    throw new Error(`the batch ${batchId} did not end within ${longest / 1_000} s`);
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }
}

const serviceOf = (one: Case): object => ({
  kind: one.kind ?? 'deployment',
  name: one.name,
  namespace: one.name,
  container: 'app',
  image: repositoryOf(one),
  ...one.service,
});
