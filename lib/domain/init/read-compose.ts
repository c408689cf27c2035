import type { Issue } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import type { YamlText } from '../batch/read-yaml.ts';
import { composeHealth } from './compose-health.ts';
import type { FoundInFile, Note } from './found-service.ts';
import { settleServices, type UnwrittenService, type WrittenService } from './settle-services.ts';
import { sourceYaml } from './source-yaml.ts';
import { writtenImage } from './written-image.ts';

/**
 * Reads the services of a compose file: image, health check, ports and depends_on. Never reads `environment`, which may
 * contain secrets. `pillar` is for all services; by default it is the project's name.
 */
export const readCompose = (
  text: string,
  pillar: string | undefined,
): FoundInFile | { readonly issues: readonly Issue[] } => {
  const yaml = sourceYaml(text);
  if ('issues' in yaml) return yaml;
  const services = isMapping(yaml.root) ? yaml.root.services : undefined;
  if (!isMapping(yaml.root) || !isMapping(services)) {
    return { issues: [issueAt(yaml, 'this is not a compose file: it has no mapping services')] };
  }
  const project = typeof yaml.root.name === 'string' && !yaml.root.name.includes('$') ? yaml.root.name : undefined;
  const read = Object.entries(services).map(([name, service]) => readService({ yaml, name }, service));
  const {
    notes,
    unresolved,
    services: found,
  } = settleServices(
    read.flatMap(({ service }) => service ?? []),
    { usualPillar: pillar ?? project ?? 'default', left: read.flatMap(({ left }) => left ?? []) },
  );
  return {
    services: found,
    notes: inOrder([
      ...includesOf(yaml),
      ...read.flatMap((one) => one.notes),
      ...notes,
      ...unresolved.map(leftOutOfIt),
    ]),
  };
};

export const issueAt = ({ lineOf }: Pick<YamlText, 'lineOf'>, message: string): Issue => ({
  ...lineOf(0),
  path: '',
  code: 'WrongType',
  message,
});

export const leftOutOfIt = ({ message, ...note }: Note): Note => ({
  ...note,
  message: `${message}; the dependency is left out`,
});

export const inOrder = (notes: readonly Note[]): readonly Note[] => notes.toSorted((a, b) => a.line - b.line);

interface Place {
  readonly yaml: YamlText;
  readonly name: string;
}

const lineOf = ({ yaml, name }: Place): number => yaml.lineOf(yaml.offsetOf(['services', name], 'key')).line;

interface Read {
  readonly service?: WrittenService;
  readonly left?: UnwrittenService;
  readonly notes: readonly Note[];
}

const readService = (place: Place, written: unknown): Read => {
  const line = lineOf(place);
  const leave = (why: string, advice = ''): Read => ({
    notes: [{ line, about: place.name, message: `left out: ${why}${advice}` }],
    left: { called: place.name, ids: [place.name], why },
  });
  if (!isMapping(written)) return leave('it is not a mapping');
  const { image, build } = written;
  if (typeof image !== 'string' || image === '') {
    if (build !== undefined) return leave('it is built locally and has no image', '. Write the image that is pushed');
    return leave('it has no image', '. If it extends another file, init reads what `docker compose config` prints');
  }
  const read = writtenImage(image);
  if ('problem' in read) {
    const how = image.includes('$') ? ', for example with `docker compose config > resolved.yaml`' : '';
    return leave(read.problem, how);
  }
  const { health, notes } = composeHealth(written.healthcheck);
  const service: WrittenService = {
    ...{ line, called: place.name, ids: [place.name], needs: needsOf(written.depends_on), ...read, artifact: 'docker' },
    ...(health === undefined ? {} : { health }),
    ...(isOff(written) ? { isScaledToZero: true } : {}),
  };
  const told = [
    ...(/[:@][^/]*$/.test(image) ? [] : ['its image has no version, so latest is written; put the version in']),
    ...notes,
    ...(written.profiles === undefined
      ? []
      : ['compose starts it only for its profiles; remove it if you do not deploy it']),
  ];
  return { service, notes: told.map((message) => ({ line, about: place.name, message })) };
};

/** A list of names, or a mapping by name. */
const needsOf = (written: unknown): readonly string[] => {
  const names = isMapping(written) ? Object.keys(written) : Array.isArray(written) ? written : [];
  return names.filter((name) => typeof name === 'string');
};

const isOff = ({ scale, deploy }: Mapping): boolean => scale === 0 || (isMapping(deploy) && deploy.replicas === 0);

const includesOf = (yaml: YamlText): readonly Note[] => {
  if (!isMapping(yaml.root) || yaml.root.include === undefined) return [];
  const { line } = yaml.lineOf(yaml.offsetOf(['include'], 'key'));
  const message = 'other files are not read. To include them, give init what `docker compose config` prints';
  return [{ line, about: 'include', message }];
};
