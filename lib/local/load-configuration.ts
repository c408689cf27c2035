import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { ClusterConnection, Configuration } from '../domain/catalogue/catalogue.ts';
import type { ConfigurationSources } from '../domain/catalogue/configuration-sources.ts';
import { parseConfiguration } from '../domain/catalogue/parse-configuration.ts';
import { simulatedConfiguration } from '../domain/catalogue/simulated-configuration.ts';
import { FlotillaError } from '../domain/errors.ts';
import { type ConfigurationFile, type ConfigurationPlace, findConfiguration } from './find-configuration.ts';
import { readManifests } from './read-manifests.ts';
import { readTextFile } from './read-text-file.ts';

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly warnings: readonly string[];
  /** The stage on AWS that the file is written for. */
  readonly stage?: string;
  /** Absent when there is no file, and everything is simulated. */
  readonly file?: string;
}

/** Where to look, and the variables that the file may name. */
export interface ConfigurationReading extends ConfigurationPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `later`: secrets stay as they are written, and their variables need not be set. */
  readonly secrets?: 'now' | 'later';
}

/**
 * Reads the configuration: the named file, else `flotilla.config.yaml` here, else everything is simulated. Throws
 * ConfigurationInvalid with every problem.
 */
export const loadConfiguration = (reading: ConfigurationReading): LoadedConfiguration => {
  const found = findConfiguration(reading);
  return found === undefined
    ? { configuration: simulatedConfiguration(), warnings: [] }
    : readConfiguration(found, reading);
};

/** Reads a file that was found. Its paths are relative to it, and `~` is the home directory. */
export const readConfiguration = (
  { path, text }: ConfigurationFile,
  { env, secrets = 'now' }: Pick<ConfigurationReading, 'env' | 'secrets'>,
): LoadedConfiguration => {
  const located = (name: string): string => resolve(dirname(path), name.replace(/^~(?=\/|$)/, homedir()));
  const parsed = parseConfiguration(text, {
    readFile: (name) => readBeside(located(name)),
    readManifests: (name) => manifestsBeside(located(name), name),
    ...{ env, secrets },
  });
  if ('issues' in parsed) {
    const { issues } = parsed;
    throw new FlotillaError('ConfigurationInvalid', `The configuration ${path} is not valid.`, { issues, file: path });
  }
  return { ...parsed, configuration: withPaths(parsed.configuration, located), file: path };
};

const readBeside = (path: string): ReturnType<ConfigurationSources['readFile']> => {
  const read = readTextFile(path);
  if ('text' in read) return read.text;
  return read.isAbsent ? undefined : read;
};

const manifestsBeside = (path: string, name: string): ReturnType<ConfigurationSources['readFile']> => {
  const read = readManifests(path, name);
  if ('text' in read) return read.text;
  return read.isAbsent ? undefined : read;
};

const withPaths = (configuration: Configuration, located: (name: string) => string): Configuration => {
  const placed = (connection: ClusterConnection): ClusterConnection =>
    connection.kind === 'kubeconfig' ? { ...connection, kubeconfig: located(connection.kubeconfig) } : connection;
  const { clusters } = configuration.connections;
  const entries = Object.entries(clusters).map(([name, connection]) => [name, placed(connection)] as const);
  return { ...configuration, connections: { ...configuration.connections, clusters: Object.fromEntries(entries) } };
};
