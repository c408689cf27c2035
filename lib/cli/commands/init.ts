import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseBatch } from '../../domain/batch/parse-batch.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { parseConfiguration } from '../../domain/catalogue/parse-configuration.ts';
import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { FoundService } from '../../domain/init/found-service.ts';
import type { FoundPlace } from '../../domain/init/written-files.ts';
import { writtenBatch, writtenConfiguration } from '../../domain/init/written-files.ts';
import { readSource, type SourceKind, sourceKinds, sourceName } from '../../local/init/read-source.ts';
import { printable } from '../clean-text.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { writeTogether } from '../write-together.ts';
import { type ClusterOptions, type Found, findInCluster } from './init-cluster.ts';

export interface InitOptions extends ClusterOptions {
  readonly compose?: string;
  readonly helmfile?: string;
  readonly csv?: string;
  readonly pillar?: string;
  readonly environment?: string;
  readonly force?: boolean;
}

const files = { configuration: 'flotilla.config.yaml', batch: 'release.yaml' } as const;

/** The pillar of services that name none. */
const usual = { environment: 'dev', cluster: 'local' } as const;

/** Writes a configuration and a batch from what runs in a cluster, or from a file of another tool. */
export const init = async (context: CommandContext, options: InitOptions): Promise<ExitStatus> => {
  const { directory, terminal } = context;
  const kind = sourceOf(options);
  const configuration = resolve(directory, files.configuration);
  const batch = resolve(directory, files.batch);
  const there = [configuration, batch].filter((file) => existsSync(file));
  if (there.length > 0 && options.force !== true) {
    const why = `${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already; --force overwrites.`;
    throw new CommandFailure(exitStatus.refused, [why, 'Nothing was written.']);
  }
  const environment = options.environment ?? usual.environment;
  const { place, services, told, lines } =
    kind === undefined
      ? await findInCluster(context, options, { configuration, environment })
      : findInFile(context, options, kind);
  if (services.every(({ isScaledToZero }) => isScaledToZero === true)) {
    throw new CommandFailure(exitStatus.failed, [`${place.name} has only services scaled to 0. Nothing was written.`]);
  }
  const written = { configuration: writtenConfiguration(place, services), batch: writtenBatch(place, services) };
  checkWritten(written);
  writeTogether(
    new Map([
      [configuration, written.configuration],
      [batch, written.batch],
    ]),
  );
  for (const line of fewOf(lines)) terminal.error(printable(line));
  print(context, { configuration, batch, services, ...told }, [
    wroteLine(place, services),
    ...simulationLines(place, services),
    'Next:',
    '  flotilla serve                    in another terminal',
    `  flotilla plan ${files.batch}        what would be done; nothing is`,
    `  flotilla deploy ${files.batch} --follow`,
  ]);
  return exitStatus.done;
};

/** Services scaled to 0 are comments in the batch. */
const wroteLine = ({ name }: FoundPlace, services: readonly FoundService[]): string => {
  const idle = services.filter((one) => one.isScaledToZero === true).length;
  const written = `${counted(services.length - idle, 'service')} of ${name}`;
  const left = idle === 0 ? '' : ` ${idle} more, scaled to 0, ${idle === 1 ? 'is a comment' : 'are comments'} there.`;
  return printable(`Wrote ${files.configuration} and ${files.batch}: ${written}.${left}`);
};

/** The first of many notes; --json has them all. */
const mostLines = 100;

const fewOf = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines
    ? lines
    : [...lines.slice(0, mostLines), `and ${lines.length - mostLines} more; --json has them all`];

/** The one source that the options name; undefined for a cluster. */
const sourceOf = (options: InitOptions): SourceKind | undefined => {
  const named = sourceKinds.filter((kind) => options[kind] !== undefined);
  for (const kind of named) {
    const file = options[kind]!;
    if (!file.startsWith('--')) continue;
    throw new CommandFailure(exitStatus.usage, [`--${kind} needs a file, but ${printable(file)} follows it.`]);
  }
  const ofCluster = (['kubeconfig', 'context', 'namespace', 'allNamespaces'] as const).filter(
    (option) => options[option] !== undefined,
  );
  if (named.length + Math.min(ofCluster.length, 1) <= 1) return named[0];
  const words = [...named, ...ofCluster].map((option) => `--${option === 'allNamespaces' ? 'all-namespaces' : option}`);
  throw new CommandFailure(exitStatus.usage, [`${words.join(' and ')} do not go together: init reads one source.`]);
};

const findInFile = ({ directory }: CommandContext, options: InitOptions, kind: SourceKind): Found => {
  const file = resolve(directory, options[kind]!);
  const name = sourceName(kind, file);
  const { pillar, environment, cluster = usual.cluster } = options;
  const { services, notes } = readSource(kind, file, { pillar, environment });
  const lines = notes.map(({ line, about, message }) => `${name}:${line} ${about}: ${message}`);
  if (services.length === 0) {
    throw new CommandFailure(
      exitStatus.failed,
      [...fewOf(lines), `${name} has no service that can be written. Nothing was written.`].map(printable),
    );
  }
  const place: FoundPlace = { ...{ name, from: name, cluster }, environment: environment ?? usual.environment };
  return { place, services, told: { notes }, lines };
};

const simulationLines = ({ access }: FoundPlace, services: readonly FoundService[]): readonly string[] => {
  if (access !== undefined) return [];
  const isHelm = services.some(({ artifact }) => artifact === 'helm');
  return [
    `The clusters and Harness are simulated, so you can try it at once. Put your own into ${files.configuration}.`,
    ...(isHelm
      ? [
          'Flotilla has no executor for Helm: a Harness pipeline deploys the charts. Check the kind and name of each object.',
        ]
      : []),
  ];
};

/** Reports names that Flotilla rejects, and dependency cycles, before anything is written. */
const checkWritten = (written: { readonly configuration: string; readonly batch: string }): void => {
  const parsed = parseConfiguration(written.configuration, { readFile: () => undefined, env: {} });
  if ('issues' in parsed) throw invalid(files.configuration, parsed.issues);
  const catalogue: Catalogue = parsed.configuration.catalogue;
  const batch = parseBatch(written.batch, catalogue);
  if ('issues' in batch) throw invalid(files.batch, batch.issues);
};

const invalid = (file: string, issues: readonly object[]): FlotillaError =>
  new FlotillaError('ConfigurationInvalid', `${file} would not be valid. Nothing was written.`, { issues, file });
