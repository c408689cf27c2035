import { parse } from 'yaml';

/** What a simulated pipeline takes from its trigger payload or its variables. */
export interface Payload {
  readonly key?: string;
  readonly batch?: string;
  readonly deployment?: string;
  readonly service: string;
  readonly version: string;
  readonly pillar: string;
  readonly target: Readonly<Record<string, string>>;
  /** The text as it arrived. */
  readonly text: string;
}

type Loose = Readonly<Record<string, unknown>>;

const object = (value: unknown): Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const optional = (name: string, value: unknown): Record<string, string> =>
  typeof value === 'string' && value !== '' ? { [name]: value } : {};

const strings = (from: Loose): Record<string, string> =>
  Object.fromEntries(Object.entries(from).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));

/** Undefined if the body is not JSON: such an event cannot be received. */
export const payloadOfJson = (body: string): Payload | undefined => {
  try {
    const value = object(JSON.parse(body));
    const flotilla = object(value.flotilla);
    return {
      ...optional('key', flotilla.key),
      ...optional('batch', flotilla.batch_id),
      ...optional('deployment', flotilla.deployment),
      service: text(value.service_name),
      version: text(value.docker_image_version),
      pillar: text(value.pillar),
      target: strings(object(value.target)),
      text: body,
    };
  } catch {
    return undefined;
  }
};

/** The runtime YAML of the execute call. A sentence if it is rejected: JSON, or a pipeline of another name. */
export const payloadOfYaml = (body: string, pipeline: string, notes: string | undefined): Payload | string => {
  let root: Loose;
  try {
    root = body.trim() === '' ? {} : object(object(parse(body)).pipeline);
  } catch (error) {
    return `Invalid YAML: ${(error as Error).message}`;
  }
  if (body.trimStart().startsWith('{')) return 'Required pipeline variables are missing';
  if (body.trim() !== '' && root.identifier !== pipeline) return 'The pipeline identifier in the YAML is another one';
  const variables = new Map(
    (Array.isArray(root.variables) ? root.variables : []).map((entry) => [
      text(object(entry).name),
      object(entry).value,
    ]),
  );
  const target = [...variables]
    .filter(([name]) => name.startsWith('target_'))
    .map(([name, value]) => [name.slice(7), value]);
  return {
    ...optional('key', variables.get('flotilla_key') ?? notes),
    ...optional('batch', variables.get('flotilla_batch_id')),
    ...optional('deployment', variables.get('flotilla_deployment')),
    service: text(variables.get('service_name')),
    version: text(variables.get('docker_image_version')),
    pillar: text(variables.get('pillar')),
    target: strings(Object.fromEntries(target)),
    text: body,
  };
};
