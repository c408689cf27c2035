import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../cluster/kube-client.ts';
import { all, deployment } from '../executors/kubernetes-texts.ts';
import { route, service } from '../executors/steps-world.ts';
import type { DeployCase, DeployStage } from './cases.ts';

/** Batches whose service takes over in steps, from submission to the cluster's final state. */

const quick = { proceed: 'automatic', proven_seconds: 1 };
const step_seconds = 1;

/** One service for each way; each is a Deployment of its name. */
export const steppingServices = {
  'by-pods': { canary: { steps: [20, 50], step_seconds, ...quick } },
  'by-person': { canary: { steps: [50], step_seconds, proceed: 'person' } },
  'by-route': { canary: { steps: [10, 100], step_seconds, route: 'by-route', service: 'by-route', ...quick } },
  'by-service': { blue_green: { service: 'by-service', soak_seconds: step_seconds, ...quick } },
} as const;

type Service = Exclude<keyof typeof steppingServices, 'by-person'>;
type Stepping = keyof typeof steppingServices;

const manifestsOf = (name: Stepping): string =>
  all(deployment(name, { spec: 'replicas: 2' }), service(name), ...(name === 'by-route' ? [route(name)] : []));

const deployments = ({ namespace }: DeployStage): string => `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** `by-pods 2 x 2`, for all existing Deployments. */
const running = async (stage: DeployStage): Promise<string> => {
  const { items } = await stage.client.get(deployments(stage));
  const shown = items.map(({ metadata, spec }: Kube) => {
    const [container] = spec.template.spec.containers;
    return `${metadata.name} ${spec.replicas} x ${container.image.split(':').pop()}`;
  });
  return shown.sort().join(', ');
};

/** Which pods the Service selects, and how the route splits traffic. */
const traffic = async ({ client, namespace }: DeployStage, name: Service): Promise<string> => {
  const { spec } = await client.get(`/api/v1/namespaces/${namespace}/services/${name}`);
  if (name !== 'by-route') return spec.selector.app;
  const found = await client.get(`/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${name}`);
  const [rule] = found.spec.rules;
  return rule.backendRefs.map((ref: Kube) => `${ref.name} ${ref.weight ?? 1}`).join(', ');
};

const endOf = ({ status, reason }: Kube): string => `${status} / ${reason}`;

const deploy = (stage: DeployStage, name: Stepping, version: string, more: object = {}): Promise<Kube> =>
  stage.deploy({ service_name: name, docker_image_version: version, manifests: manifestsOf(name), ...more });

const told: Readonly<Record<Service, string>> = {
  'by-pods': 'by-pods',
  'by-route': 'by-route 1',
  'by-service': 'by-service',
};

const services: readonly Service[] = ['by-pods', 'by-route', 'by-service'];

const goodCases = services.map(
  (name): DeployCase => ({
    name: `steps-${name}`,
    expected: ['SUCCESS / Verified', 'SUCCESS / Verified', `${name} 2 x 2`, told[name]],
    run: async (stage) => {
      const first = await deploy(stage, name, '1');
      const second = await deploy(stage, name, '2');
      return [endOf(first), endOf(second), await running(stage), await traffic(stage, name)];
    },
  }),
);

const kept: Readonly<Record<Service, string>> = {
  'by-pods': '',
  'by-route': ', by-route-canary 1 x 2-missing',
  'by-service': ', by-service-green 1 x 2-missing',
};

const backCases = services.map(
  (name): DeployCase => ({
    name: `steps-back-${name}`,
    expected: ['FAILED / RestoredPreviousRelease', true, `${name} 2 x 1${kept[name]}`, told[name]],
    run: async (stage) => {
      await deploy(stage, name, '1');
      const view = await deploy(stage, name, '2-missing');
      const [failed] = [view.failure ?? view].map(({ message }: Kube) =>
        /The new version failed as a canary/.test(message),
      );
      return [endOf(view), failed, await running(stage), await traffic(stage, name)];
    },
  }),
);

const atOnce: DeployCase = {
  name: 'steps-at-once',
  expected: ['SUCCESS / Verified', 'by-pods 2 x 2'],
  run: async (stage) => {
    await deploy(stage, 'by-pods', '1');
    const view = await deploy(stage, 'by-pods', '2', { at_once: true });
    return [endOf(view), await running(stage)];
  },
};

/** Its last step ends when somebody resumes it with the API. */
const byPerson: DeployCase = {
  name: 'steps-by-person',
  expected: ['SUCCESS / Verified', 'by-person 2 x 2', ['Proceeded', 'local']],
  run: async (stage) => {
    await deploy(stage, 'by-person', '1');
    const ending = deploy(stage, 'by-person', '2');
    let path = '';
    for (let isDone = false; !isDone; await sleep(50)) {
      const { batches } = await stage.asked(`/batches?environment=${stage.namespace}&status=PROCESSING`);
      if (batches.length === 0) continue;
      path = `/batches/${batches[0].batch_id}/deployments/shared/by-person`;
      // It must be seen waiting before it can be resumed.
      isDone = await stage.asked(`${path}/proceed`, {}).then(
        () => true,
        () => false,
      );
    }
    const view = await ending;
    const { events } = await stage.asked(path);
    const said = events.find(({ reason }: Kube) => reason === 'Proceeded');
    return [endOf(view), await running(stage), [said?.reason, said?.actor]];
  },
};

export const stepCases: readonly DeployCase[] = [...goodCases, ...backCases, atOnce, byPerson];
