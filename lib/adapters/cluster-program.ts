import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '@kubernetes/client-node';
import type { Json, JsonObject } from '../domain/json.ts';
import { foreignText } from '../domain/record/foreign-text.ts';

/** A program that a kubeconfig names for authentication. */
export interface ClusterProgram {
  /** Found on PATH or, as with kubectl, by a path relative to the kubeconfig. */
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables from the kubeconfig. */
  readonly env: Readonly<Record<string, string>>;
}

/** The program, and how the kubeconfig wants it to be called. */
export interface Plugin {
  readonly program: ClusterProgram;
  /** The answer must have this version. If the kubeconfig names none, any will do. */
  readonly apiVersion?: string;
  readonly installHint?: string;
  /** What the program learns about the cluster, if the kubeconfig has that. */
  readonly cluster?: JsonObject;
}

/** The context of a user: its cluster, as the kubeconfig has it. */
export interface PlaceOfUser {
  readonly kubeconfig: string;
  readonly cluster: Cluster | null;
  readonly written: Written;
}

export type Written = Readonly<Record<string, unknown>>;

type Env = Readonly<Record<string, string | undefined>>;

const group = 'client.authentication.k8s.io';
const apiVersions: readonly unknown[] = [undefined, null, `${group}/v1`, `${group}/v1beta1`];
const interactiveModes: readonly unknown[] = [undefined, null, 'Never', 'IfAvailable'];

/** The fields of an exec that kubectl reads. It ignores any other field. */
const known: ReadonlySet<string> = new Set([
  ...['command', 'args', 'env', 'apiVersion', 'installHint', 'interactiveMode', 'provideClusterInfo'],
]);

/** A user's program. Throws what is wrong with it, in words that continue after "user". */
export const pluginOf = (exec: unknown, place: PlaceOfUser): Plugin | undefined => {
  if (exec === undefined || exec === null) return undefined;
  const fields = typeof exec === 'object' && !Array.isArray(exec) ? Object.keys(exec) : [];
  const unknown = fields.find((field) => !known.has(field));
  if (unknown !== undefined) {
    const named = foreignText(unknown, 100);
    throw new Error(`has ${named} in its exec, which kubectl does not know; it knows ${[...known].join(', ')}`);
  }
  const { command, args, env, apiVersion, installHint, interactiveMode, provideClusterInfo } = exec as Written;
  const [given, named] = [args ?? [], env ?? []];
  if (!isText(command) || command === '' || !isListOf(given, isText) || !isListOf(named, isNamedValue)) {
    throw new Error('has an exec that does not have the form of one: command, args, env');
  }
  if (!apiVersions.includes(apiVersion)) {
    throw new Error(`has an exec of apiVersion ${apiVersion}; known are ${group}/v1 and v1beta1`);
  }
  if (interactiveMode === 'Always') {
    throw new Error('has an exec with interactiveMode: Always, and nobody is there whom its program could ask');
  }
  if (!interactiveModes.includes(interactiveMode)) {
    throw new Error(`has an exec with interactiveMode: ${interactiveMode}; known are Never, IfAvailable and Always`);
  }
  const isPath = command.includes('/') && !isAbsolute(command);
  return {
    program: {
      command: isPath ? resolve(dirname(place.kubeconfig), command) : command,
      args: given,
      env: Object.fromEntries(named.map(({ name, value }) => [name, value])),
    },
    ...(isText(apiVersion) ? { apiVersion } : {}),
    ...(isText(installHint) ? { installHint } : {}),
    ...(provideClusterInfo === true ? { cluster: clusterInfo(place) } : {}),
  };
};

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isListOf = <One>(value: unknown, is: (one: unknown) => one is One): value is readonly One[] =>
  Array.isArray(value) && value.every(is);
const isNamedValue = (value: unknown): value is { readonly name: string; readonly value: string } => {
  const { name, value: held } = (value ?? {}) as Written;
  return isText(name) && isText(held);
};

/** As kubectl passes it to a program that asks for it (`provideClusterInfo`). */
const clusterInfo = ({ cluster, written }: PlaceOfUser): JsonObject => {
  const authority = cluster?.caData ?? (cluster?.caFile && readFileSync(cluster.caFile, 'base64'));
  const extensions = Array.isArray(written.extensions) ? (written.extensions as readonly Written[]) : [];
  const config = extensions.find(({ name }) => name === `${group}/exec`)?.extension;
  return {
    server: cluster?.server ?? '',
    ...(cluster?.tlsServerName ? { 'tls-server-name': cluster.tlsServerName } : {}),
    ...(cluster?.skipTLSVerify === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authority ? { 'certificate-authority-data': authority } : {}),
    ...(cluster?.proxyUrl ? { 'proxy-url': cluster.proxyUrl } : {}),
    ...(written['disable-compression'] === true ? { 'disable-compression': true } : {}),
    ...(config === undefined ? {} : { config: config as Json }),
  };
};

export const isSame = (one: ClusterProgram, other: ClusterProgram): boolean =>
  isDeepStrictEqual(partsOf(one), partsOf(other));

const partsOf = ({ command, args, env }: ClusterProgram) => ({ command, args, env });

const handedOn = /^(?:PATH|HOME|AWS_.*|HTTPS?_PROXY|NO_PROXY|ALL_PROXY|https?_proxy|no_proxy|all_proxy)$/;
/** No program starts on Windows without these. */
const ofWindows = /^(?:SystemRoot|USERPROFILE|PATHEXT|APPDATA|LOCALAPPDATA)$/i;

/**
 * The environment of such a program: what it needs to find its files and the cloud, what the kubeconfig adds, and its
 * call. Nothing else: our own environment may contain the Harness key.
 */
export const environmentFor = (plugin: Plugin, own: Env): Readonly<Record<string, string>> => {
  const { program, cluster } = plugin;
  // If the kubeconfig names no version, the program chooses, unless there is something to pass to it.
  const apiVersion = plugin.apiVersion ?? (cluster === undefined ? undefined : `${group}/v1`);
  const handed = Object.entries(own).filter(
    (one): one is [string, string] => one[1] !== undefined && (handedOn.test(one[0]) || ofWindows.test(one[0])),
  );
  const spec = { interactive: false, ...(cluster === undefined ? {} : { cluster }) };
  const asked = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
  return {
    ...Object.fromEntries(handed),
    ...program.env,
    ...(apiVersion === undefined ? {} : { KUBERNETES_EXEC_INFO: asked }),
  };
};
