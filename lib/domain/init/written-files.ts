import { counted } from '../counted.ts';
import type { FoundService } from './found-service.ts';

/** Where the services were found, and what the files call it. */
export interface FoundPlace {
  readonly cluster: string;
  /** As the configuration names the file. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly environment: string;
}

/** A configuration with which these services can be deployed, by nothing but the cluster. */
export const writtenConfiguration = (place: FoundPlace, found: readonly FoundService[]): string => {
  const { cluster, kubeconfig, context, environment } = place;
  const managers = [...new Set(found.flatMap((one) => one.managers))].sort();
  const takesOver =
    managers.length === 0
      ? []
      : [
          '    kubernetes:',
          '      # Who has set the images until now: their fields are taken over. Anybody else’s are a conflict, and are told.',
          `      take_over: ${inLine(managers)}`,
        ];
  return lines([
    `# Written by flotilla init, from what runs in the context ${context}. It is yours from now on.`,
    'clusters:',
    `  ${quoted(cluster)}: { kubeconfig: ${quoted(kubeconfig)}, context: ${quoted(context)} }`,
    'environments:',
    `  ${quoted(environment)}:`,
    `    infrastructures: [${quoted(cluster)}]`,
    `    defaults: { infrastructure: ${quoted(cluster)}, docker_artifact_type: docker }`,
    ...takesOver,
    'pillars:',
    ...pillarsOf(found).map((pillar) => `  ${quoted(pillar)}: {}`),
    'services:',
    ...pillarsOf(found).flatMap((pillar) => [
      `  ${quoted(pillar)}:`,
      ...found.filter((one) => one.pillar === pillar).flatMap(serviceLines),
    ]),
  ]);
};

const serviceLines = (one: FoundService): readonly string[] => {
  const { service, kind, name, namespace, container, others, image, managedBy } = one;
  const own = name === service ? [] : [`name: ${quoted(name)}`];
  const fields = [
    ...(kind === 'deployment' ? [] : [`kind: ${kind}`]),
    ...own,
    `namespace: ${quoted(namespace)}`,
    ...(others.length === 0 ? [] : [`container: ${quoted(container)}`]),
    `image: ${quoted(image)}`,
  ];
  const beside = others.length === 0 ? [] : [`its other containers stay as they are: ${others.join(', ')}`];
  const also = managedBy === undefined ? [] : [`${managedBy} deploys it, too, and would set its image back`];
  return [...[...beside, ...also].map((said) => `    # ${said}`), `    ${quoted(service)}: { ${fields.join(', ')} }`];
};

/** A batch of all that runs, in the version that runs. */
export const writtenBatch = ({ cluster, environment }: FoundPlace, found: readonly FoundService[]): string => {
  const running = found.filter((one) => !one.isScaledToZero);
  const idle = found.filter((one) => one.isScaledToZero);
  return lines([
    `# Written by flotilla init: ${counted(running.length, 'service')}, in the version that runs now. Change versions, and deploy.`,
    'version: v1.0',
    'metadata: { name: "First release" }',
    `defaults: { environment_id: ${quoted(environment)}, infrastructure_id: ${quoted(cluster)}, docker_artifact_type: docker }`,
    'deployments:',
    ...running.map((one) => `  - ${item(one)}`),
    ...(idle.length === 0 ? [] : ['  # Scaled to 0: nothing of these runs, so nothing can be verified.']),
    ...idle.map((one) => `  # - ${item(one)}`),
  ]);
};

const item = ({ pillar, service, version }: FoundService): string =>
  `{ pillar: ${quoted(pillar)}, service_name: ${quoted(service)}, docker_image_version: ${JSON.stringify(version)}, metadata: { rollback_strategy: automatic } }`;

const pillarsOf = (found: readonly FoundService[]): readonly string[] =>
  [...new Set(found.map(({ pillar }) => pillar))].sort();

/** Words that YAML reads as they are, but for those that it takes for something else. */
const plain = /^[A-Za-z][A-Za-z0-9._/:-]*[A-Za-z0-9_/]$/;
const otherwise = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

const quoted = (text: string): string =>
  plain.test(text) && !otherwise.test(text) && !text.includes(': ') ? text : JSON.stringify(text);

const inLine = (texts: readonly string[]): string => `[${texts.map(quoted).join(', ')}]`;

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`;
