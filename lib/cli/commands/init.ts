import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, relative, resolve } from 'node:path';
import { parseConfiguration } from '../../domain/catalogue/parse-configuration.ts';
import { counted } from '../../domain/counted.ts';
import { FlotillaError } from '../../domain/errors.ts';
import type { FoundPlace } from '../../domain/init/written-files.ts';
import { writtenBatch, writtenConfiguration } from '../../domain/init/written-files.ts';
import { findServices, openContext } from '../../local/init/find-services.ts';
import { letRun } from '../allow-programs.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';

export interface InitOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: readonly string[];
  readonly allNamespaces?: boolean;
  readonly cluster?: string;
  readonly environment: string;
  readonly force?: boolean;
  readonly allowPrograms?: boolean;
}

const files = { configuration: 'flotilla.config.yaml', batch: 'release.yaml' } as const;

/** Writes a configuration and a batch from what runs in a cluster, so that it can be deployed by nothing but a kubeconfig. */
export const init = async (context: CommandContext, options: InitOptions): Promise<ExitStatus> => {
  const { directory, terminal } = context;
  const configuration = resolve(directory, files.configuration);
  const batch = resolve(directory, files.batch);
  const there = [configuration, batch].filter((file) => existsSync(file));
  if (there.length > 0 && options.force !== true) {
    const why = `${there.join(' and ')} ${there.length === 1 ? 'is' : 'are'} there already; --force writes anew.`;
    throw new CommandFailure(exitStatus.refused, [why, 'Nothing was written.']);
  }
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
  const place: FoundPlace = {
    ...{ cluster, context: open.context, environment: options.environment },
    kubeconfig: shownPath(kubeconfig, directory),
  };
  const text = writtenConfiguration(place, services);
  checkWritten(text);
  writeFileSync(configuration, text);
  writeFileSync(batch, writtenBatch(place, services));
  for (const { kind, namespace, name, why } of left) terminal.error(`left out: ${kind} ${namespace}/${name}: ${why}`);
  print(context, { configuration, batch, services, left }, [
    `Wrote ${files.configuration} and ${files.batch}: ${counted(services.length, 'service')} of ${open.context}.`,
    'Next:',
    '  flotilla serve                    in another terminal',
    `  flotilla plan ${files.batch}        what would be done; nothing is`,
    `  flotilla deploy ${files.batch} --follow`,
  ]);
  return exitStatus.done;
};

/** A name that no configuration may have, of the cluster or the environment, is told before anything is written. */
const checkWritten = (text: string): void => {
  const parsed = parseConfiguration(text, { readFile: () => undefined, env: {} });
  if (!('issues' in parsed)) return;
  const { issues } = parsed;
  throw new FlotillaError('ConfigurationInvalid', 'It would not be valid. Nothing was written.', {
    issues,
    file: files.configuration,
  });
};

/** As kubectl finds it, where it names one file. */
const kubeconfigOf = ({ directory, env }: CommandContext, given: string | undefined): string => {
  if (given !== undefined) return resolve(directory, given.replace(/^~(?=\/|$)/, homedir()));
  const named = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 1) {
    const why = '$KUBECONFIG names several files, and a cluster of the configuration has one: name it by --kubeconfig.';
    throw new CommandFailure(exitStatus.usage, [why]);
  }
  return resolve(directory, named[0] ?? `${env.HOME ?? homedir()}/.kube/config`);
};

/** From where the configuration is, or from the home directory: so both can be moved. */
const shownPath = (file: string, directory: string): string => {
  const fromHere = relative(directory, file);
  if (!fromHere.startsWith('..')) return `./${fromHere}`;
  const fromHome = relative(homedir(), file);
  return fromHome.startsWith('..') ? file : `~/${fromHome}`;
};

/** A cluster of EKS is called by its ARN in kubeconfigs; the last part is its name. */
const nameOf = (cluster: string): string => {
  const name = (cluster.split('/').at(-1) ?? cluster)
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 64) || 'cluster';
};
