import { counted } from '../counted.ts';
import { withoutCredentials } from '../masking/addresses.ts';
import type { FoundHealth, FoundService } from './found-service.ts';

/** Where the services were found, and what the files call it. */
export interface FoundPlace {
  /** The source's name for people: a context, or a file. */
  readonly name: string;
  /** The same within a sentence: `what runs in the context kind`, `compose.yaml`. */
  readonly from: string;
  /** For services without their own cluster. */
  readonly cluster: string;
  /** How to reach the cluster. Absent: clusters and Harness are simulated. */
  readonly access?: {
    /** The kubeconfig's path, as written in the configuration. */
    readonly kubeconfig: string;
    readonly context: string;
  };
  /** For services without their own environment. */
  readonly environment: string;
}

/** A configuration that can deploy these services. */
export const writtenConfiguration = (place: FoundPlace, found: readonly FoundService[]): string =>
  lines([
    `# Written by flotilla init, from ${inComment(place.from)}. It is yours from now on.`,
    ...clusterLines(place, found),
    'environments:',
    ...namesOf(found, (one) => environmentOf(one, place)).flatMap((name) => environmentLines(name, place, found)),
    'pillars:',
    ...namesOf(found, ({ pillar }) => pillar).map((pillar) => `  ${quoted(pillar)}: {}`),
    'services:',
    ...namesOf(found, ({ pillar }) => pillar).flatMap((pillar) => [
      `  ${quoted(pillar)}:`,
      ...found.filter((one) => one.pillar === pillar).flatMap(serviceLines),
    ]),
  ]);

const environmentOf = ({ environment }: FoundService, place: FoundPlace): string => environment ?? place.environment;
const clusterOf = ({ cluster }: FoundService, place: FoundPlace): string => cluster ?? place.cluster;

const clusterLines = (place: FoundPlace, found: readonly FoundService[]): readonly string[] => {
  const { access, cluster } = place;
  if (access !== undefined) {
    const { kubeconfig, context } = access;
    return ['clusters:', `  ${quoted(cluster)}: { kubeconfig: ${quoted(kubeconfig)}, context: ${quoted(context)} }`];
  }
  const names = namesOf(found, (one) => clusterOf(one, place));
  return [
    '# Simulated, so that you can try it. Replace it with your own: { kubeconfig: ~/.kube/config, context: NAME }.',
    'clusters:',
    ...names.map((name) => `  ${quoted(name)}: { simulated: true }`),
    ...harnessLines(found),
  ];
};

const harnessLines = (found: readonly FoundService[]): readonly string[] => [
  found.some(({ artifact }) => artifact === 'helm')
    ? '# A Harness pipeline deploys charts: Flotilla has no executor for Helm. Replace it with your account.'
    : '# Replace it with your account, or remove it to deploy to Kubernetes directly.',
  'harness: { simulated: true }',
];

const environmentLines = (name: string, place: FoundPlace, found: readonly FoundService[]): readonly string[] => {
  const there = found.filter((one) => environmentOf(one, place) === name);
  const clusters = namesOf(there, (one) => clusterOf(one, place));
  const artifacts = namesOf(there, ({ artifact }) => artifact);
  const defaults = [
    ...(clusters.length === 1 ? [`infrastructure_id: ${quoted(clusters[0]!)}`] : []),
    ...(artifacts.length === 1 ? [`docker_artifact_type: ${artifacts[0]}`] : []),
  ];
  const managers = [...new Set(there.flatMap((one) => one.managers ?? []))].sort();
  return [
    `  ${quoted(name)}:`,
    `    infrastructures: ${inLine(clusters)}`,
    ...(defaults.length === 0 ? [] : [`    defaults: { ${defaults.join(', ')} }`]),
    ...(managers.length === 0
      ? []
      : [
          '    kubernetes:',
          '      # These tools have set the images so far. Flotilla takes over the fields that they own.',
          '      # If another tool owns a field, the deployment fails with a conflict.',
          `      take_over: ${inLine(managers)}`,
        ]),
  ];
};

const serviceLines = (one: FoundService): readonly string[] => {
  const { service, kind, name, namespace, container, others = [], image, health, managedBy, chart } = one;
  const fields = [
    ...(kind === 'deployment' ? [] : [`kind: ${kind}`]),
    ...(name === service ? [] : [`name: ${quoted(name)}`]),
    ...(namespace === undefined ? [] : [`namespace: ${quoted(namespace)}`]),
    ...(others.length === 0 || container === undefined ? [] : [`container: ${quoted(container)}`]),
    ...(image === undefined ? [] : [`image: ${quoted(image)}`]),
    ...(health === undefined ? [] : [`health: { ports: [${health.port}] }`]),
  ];
  const notes = [
    ...(chart === undefined ? [] : [`chart ${withoutCredentials(chart)}; kind and name are a guess`]),
    ...(others.length === 0 ? [] : [`its other containers stay as they are: ${others.join(', ')}`]),
    ...(managedBy === undefined ? [] : [`${managedBy} also deploys it, and would reset its image`]),
  ];
  const entry = fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
  return [...notes.map((said) => `    # ${inComment(said)}`), `    ${quoted(service)}: ${entry}`];
};

/** A batch of everything that was found, in the version that was found. */
export const writtenBatch = (place: FoundPlace, found: readonly FoundService[]): string => {
  const running = found.filter((one) => one.isScaledToZero !== true);
  const idle = found.filter((one) => one.isScaledToZero === true);
  const shared = sharedOf(place, found);
  const defaults = [...shared].map(([field, value]) => `${field}: ${quoted(value)}, `);
  const itemOf = (one: FoundService): string => item(one, place, shared);
  return lines([
    `# Written by flotilla init: ${counted(running.length, 'service')}, in the version of ${inComment(place.from)}. Change versions, and deploy.`,
    'version: v1.0',
    'metadata: { name: "First release" }',
    `defaults: { ${defaults.join('')}rollback_strategy: automatic }`,
    'deployments:',
    ...running.flatMap((one) => [
      ...(one.isUnready === true ? ['  # Not all of its pods are ready: check that this version runs.'] : []),
      `  - ${itemOf(one)}`,
    ]),
    ...(idle.length === 0 ? [] : ['  # Scaled to 0: nothing of these runs, so nothing can be verified.']),
    ...idle.map((one) => `  # - ${itemOf(one)}`),
  ]);
};

const placesOf = (one: FoundService, place: FoundPlace): readonly (readonly [string, string])[] => [
  ['environment_id', environmentOf(one, place)],
  ['infrastructure_id', clusterOf(one, place)],
  ['docker_artifact_type', one.artifact],
];

/** What all of them share. */
const sharedOf = (place: FoundPlace, found: readonly FoundService[]): ReadonlyMap<string, string> => {
  const values = Map.groupBy(
    found.flatMap((one) => placesOf(one, place)),
    ([field]) => field,
  );
  const same = [...values].filter(([, pairs]) => pairs.every(([, value]) => value === pairs[0]![1]));
  return new Map(same.map(([field, pairs]) => [field, pairs[0]![1]]));
};

const item = (one: FoundService, place: FoundPlace, shared: ReadonlyMap<string, string>): string => {
  const { pillar, service, version, dependencies = [], health } = one;
  const metadata = [
    ...(dependencies.length === 0 ? [] : [`dependencies: ${inLine(dependencies)}`]),
    ...(health === undefined ? [] : [`health_check: ${healthCheck(health)}`]),
  ];
  const fields = [
    `pillar: ${quoted(pillar)}`,
    `service_name: ${quoted(service)}`,
    `docker_image_version: ${JSON.stringify(version)}`,
    ...placesOf(one, place).flatMap(([field, value]) => (shared.has(field) ? [] : [`${field}: ${quoted(value)}`])),
    ...(metadata.length === 0 ? [] : [`metadata: { ${metadata.join(', ')} }`]),
  ];
  return `{ ${fields.join(', ')} }`;
};

const healthCheck = ({ path, port, timeout }: FoundHealth): string =>
  `{ path: ${quoted(path)}, port: ${port}${timeout === undefined ? '' : `, timeout: ${timeout}`} }`;

const namesOf = (found: readonly FoundService[], nameOf: (one: FoundService) => string): readonly string[] =>
  [...new Set(found.map(nameOf))].sort();

/** Words that YAML reads as they are, except those with a special meaning. */
const plain = /^[A-Za-z][A-Za-z0-9._/:-]*[A-Za-z0-9_/]$/;
const otherwise = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

const quoted = (text: string): string =>
  plain.test(text) && !otherwise.test(text) && !text.includes(': ') ? text : JSON.stringify(text);

const inLine = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`;

const inComment = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ');

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
