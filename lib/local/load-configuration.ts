import { homedir } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { ClusterConnection, Configuration } from '../domain/catalogue/catalogue.ts';
import type { ConfigurationSources } from '../domain/catalogue/configuration-sources.ts';
import { parseConfiguration } from '../domain/catalogue/parse-configuration.ts';
import { simulatedConfiguration } from '../domain/catalogue/simulated-configuration.ts';
import { FlotillaError } from '../domain/errors.ts';
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

interface Place {
  /** The file was named explicitly, so it must exist. */
  readonly file?: string | undefined;
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `later`: secrets stay as they are written, and their variables need not be set. */
  readonly secrets?: 'now' | 'later';
}

export const defaultFile = 'flotilla.config.yaml';

/**
 * Reads the configuration: the named file, else `flotilla.config.yaml` here, else everything is simulated. Its paths
 * are relative to it, and `~` is the home directory. Throws ConfigurationInvalid with every problem.
 */
export const loadConfiguration = ({ file, directory, env, secrets = 'now' }: Place): LoadedConfiguration => {
  const path = resolve(directory, file ?? defaultFile);
  const read = readTextFile(path);
  if ('why' in read) {
    // A file that exists but cannot be read was meant. Without this, everything would silently be simulated.
    if (read.isAbsent && file === undefined) return { configuration: simulatedConfiguration(), warnings: [] };
    throw new FlotillaError('ConfigurationInvalid', `The configuration ${path} cannot be read: ${read.why}.`);
  }
  const located = (name: string): string => resolve(dirname(path), name.replace(/^~(?=\/|$)/, homedir()));
  const parsed = parseConfiguration(read.text, {
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
