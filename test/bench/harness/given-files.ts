import type { Scenario } from './scenarios.ts';

export type RunMode = 'webhook' | 'execute';

const pillars = ['clearing', 'risk', 'data', 'shared'] as const;
const cluster = 'bench-1';

interface Addresses {
  readonly harness: string;
  readonly cluster: string;
}

const pillarOf = (at: number): string => pillars[at % pillars.length]!;
const serviceOf = (at: number): string => `service-${at}`;

/** `--cluster` of the simulated Harness. */
export const clusterFlag = (url: string): string => `${cluster}=${url}`;

/** The variable that holds the key to the simulated Harness, which accepts any. */
export const keyVariable = 'FLOTILLA_BENCH_KEY';

/**
 * As far as the build knows, nothing in it is simulated: so it keeps its real pace. Only keys that exist since the
 * first versions; cron jobs, because they are verified at the first look.
 */
export const configurationText = ({ size, modes, hasOwnPipelines }: Scenario, { harness }: Addresses): string => {
  const services: Record<string, Record<string, unknown>> = Object.fromEntries(pillars.map((name) => [name, {}]));
  for (let at = 0; at < size; at += 1)
    services[pillarOf(at)]![serviceOf(at)] = {
      ...{ kind: 'cronjob', namespace: 'bench' },
      ...(hasOwnPipelines ? { pipeline: `deploy_${at}` } : {}),
    };
  const entries = pillars.map((name, at) => {
    const mode = modes[at % modes.length]!;
    return [
      name,
      { harness: { pipeline: `deploy_${name}`, mode, ...(mode === 'webhook' ? { trigger: 'bench' } : {}) } },
    ];
  });
  return JSON.stringify({
    services,
    pillars: Object.fromEntries(entries),
    clusters: { [cluster]: { kubeconfig: './kubeconfig.json' } },
    harness: {
      ...{ base_url: harness, account: 'bench', org: 'default', project: 'bench' },
      api_key: `\${${keyVariable}}`,
    },
  });
};

export const kubeconfigText = ({ cluster: server }: Addresses): string =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': cluster },
    clusters: [{ name: cluster, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: cluster, context: { cluster, user: 'bench' } }],
  });

/** Every deployment has one try, so a second run for it is one too many; and more time than any scenario. */
export const batchText = ({ size }: Scenario): string =>
  JSON.stringify({
    version: 'v1.0',
    defaults: {
      ...{ environment_id: 'bench', infrastructure_id: cluster, docker_artifact_type: 'docker' },
      ...{ timeout: 3_600, retry_count: 0 },
    },
    strategy: { max_concurrency: size },
    deployments: Array.from({ length: size }, (_, at) => ({
      pillar: pillarOf(at),
      service_name: serviceOf(at),
      docker_image_version: '1.0.0',
    })),
  });
