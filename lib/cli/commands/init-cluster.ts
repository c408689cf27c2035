import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, relative, resolve } from 'node:path';
import type { FoundService } from '../../domain/init/found-service.ts';
import type { FoundPlace } from '../../domain/init/written-files.ts';
import { findServices, openContext } from '../../local/init/find-services.ts';
import { letRun } from '../allow-programs.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure, exitStatus } from '../failure.ts';

export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly cluster?: string;
  readonly allowPrograms?: boolean;
}

/** What to write, and the notes about it. */
export interface Found {
  readonly place: FoundPlace;
  readonly services: readonly FoundService[];
  /** Additional notes for --json. */
  readonly told: object;
  readonly lines: readonly string[];
}

interface Writing {
  /** The file to write. */
  readonly configuration: string;
  readonly environment: string;
}

/** Finds what runs in a cluster of a kubeconfig. */
export const findInCluster = async (
  context: CommandContext,
  options: ClusterOptions,
  { configuration, environment }: Writing,
): Promise<Found> => {
  const kubeconfig = kubeconfigOf(context, options.kubeconfig);
  const open = await openContext(kubeconfig, options.context);
  const cluster = options.cluster ?? nameOf(open.cluster);
  const programs = open.program === undefined ? [] : [{ ...open.program, cluster, kubeconfig }];
  await letRun(context, { file: configuration, programs }, options.allowPrograms ?? false);
  const namespaces = options.allNamespaces === true ? 'all' : (options.namespace ?? [open.namespace]);
  const { services, left } = await findServices(open, namespaces);
  if (services.length === 0) {
    const where = namespaces === 'all' ? 'any namespace' : namespaces.join(', ');
    const why = `Nothing runs in ${where} of ${open.context} that could be deployed.`;
    const hint = 'Name others by --namespace, or take all by --all-namespaces. Nothing was written.';
    throw new CommandFailure(exitStatus.failed, [why, hint]);
  }
  const access = { context: open.context, kubeconfig: shownPath(kubeconfig, context.directory) };
  const from = `what runs in the context ${open.context}`;
  return {
    place: { ...{ name: open.context, from, cluster, environment }, access },
    services,
    told: { left },
    lines: [
      ...left.map(({ kind, namespace, name, why }) => `left out: ${kind} ${namespace}/${name}: ${why}`),
      ...services.filter((one) => one.isUnready === true).map(unreadyLine),
    ],
  };
};

const unreadyLine = ({ kind, namespace = '', name, version }: FoundService): string =>
  `not ready: ${kind} ${namespace}/${name}: check that ${version} runs. It was written as it is in the cluster`;

/** As kubectl finds it, if it names one file. */
const kubeconfigOf = (context: CommandContext, given: string | undefined): string => {
  const file = kubeconfigNamed(context, given);
  if (existsSync(file)) return file;
  const hint = 'Name one by --kubeconfig, or read a file of another tool: --compose, --csv or --helmfile.';
  throw new CommandFailure(exitStatus.usage, [`There is no kubeconfig ${file}.`, hint, 'Nothing was written.']);
};

const kubeconfigNamed = ({ directory, env }: CommandContext, given: string | undefined): string => {
  if (given !== undefined) return resolve(directory, given.replace(/^~(?=\/|$)/, homedir()));
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 1) {
    const why = '$KUBECONFIG names several files, and a cluster of the configuration has one: name it by --kubeconfig.';
    throw new CommandFailure(exitStatus.usage, [why]);
  }
  return resolve(directory, named[0] ?? `${env.HOME ?? homedir()}/.kube/config`);
};

/** Relative to the configuration, or to the home directory, so that both can be moved. */
const shownPath = (file: string, directory: string): string => {
  const fromHere = relative(directory, file);
  if (!fromHere.startsWith('..')) return `./${fromHere}`;
  const fromHome = relative(homedir(), file);
  return fromHome.startsWith('..') ? file : `~/${fromHome}`;
};

/** Kubeconfigs name an EKS cluster by its ARN; the last part is its name. */
const nameOf = (cluster: string): string => {
  const name = (cluster.split('/').at(-1) ?? cluster)
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 64) || 'cluster';
};
