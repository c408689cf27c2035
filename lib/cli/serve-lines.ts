import { join, relative } from 'node:path';
import { callbackPath } from '../domain/callback-route.ts';
import { counted } from '../domain/counted.ts';
import { ownFile } from '../local/own-files.ts';
import { tokenFiles } from '../local/tokens/own-token.ts';
import { shellWord } from './shell-word.ts';
import { simulationSentence } from './simulation.ts';

export interface Served {
  readonly url: string;
  /** Printed paths are relative to this one. */
  readonly directory: string;
  readonly engineUrl: string | undefined;
  /** As it was named. */
  readonly data: string;
  readonly file: string | undefined;
  readonly open: number;
  readonly simulated: { readonly harness: boolean; readonly clusters: readonly string[] };
  /** Addresses of the simulated clusters, by name. */
  readonly clusters: Readonly<Record<string, string>>;
  readonly isAllSimulated: boolean;
  readonly asksForTokens: boolean;
  /** Where the key for Harness's callbacks is, if there is one. */
  readonly callbackKey: string | undefined;
  /** Of the simulated Harness. */
  readonly faults: { readonly count: number; readonly file: string; readonly url: string } | undefined;
}

/** What a server prints when it has started. */
export const serveLines = (served: Served): readonly string[] => {
  const { url, engineUrl, data, file, open, simulated, callbackKey, faults } = served;
  return [
    `Flotilla listens on ${url}, data in ${data}, ${file === undefined ? 'no configuration file' : file}`,
    ...(engineUrl === undefined ? [] : [engineLine(engineUrl, data)]),
    ...(callbackKey === undefined ? [] : [callbackLine(url, callbackKey)]),
    ...(open === 0 ? [] : [`${counted(open, 'batch', 'batches')} ${open === 1 ? 'goes' : 'go'} on.`]),
    ...[simulationSentence(simulated)].filter((line) => line !== undefined),
    ...clusterLines(served.clusters),
    ...(faults === undefined ? [] : [faultsLine(faults)]),
    ...submitLines(served),
  ];
};

/** More than this is unusual on one machine; --json has all. */
const mostClusters = 5;

/** kubectl needs no kubeconfig for them. */
const clusterLines = (clusters: Served['clusters']): readonly string[] => {
  const all = Object.entries(clusters).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = all.slice(0, mostClusters).map(([name, url]) => `  ${name}: kubectl --server ${url} get pods -A`);
  const rest = all.length - lines.length;
  if (lines.length === 0) return [];
  return ['Look into a simulated cluster:', ...lines, ...(rest > 0 ? [`  … and ${rest} more`] : [])];
};

/** What others could read until now. */
export const closedLine = ({ length }: readonly string[], data: string): readonly string[] =>
  length === 0
    ? []
    : [`${data} could be read by others on this machine (${counted(length, 'place')}); now only you can.`];

const engineLine = (url: string, data: string): string =>
  `The engine speaks the protocol of Step Functions on ${url}; its key id is flotilla, its secret is in ${join(data, 'engine-secret')}.`;

const faultsLine = ({ count, file, url }: NonNullable<Served['faults']>): string =>
  `SIMULATED: Harness is as ${file} says, with ${counted(count, 'fault')}; it listens on ${url}.`;

/** Where Harness calls back, without the key. */
export const callbackUrl = (url: string): string => `${fromHere(url)}${callbackPath}/KEY`;

const callbackLine = (url: string, place: string): string =>
  `Harness may call back by POST ${callbackUrl(url)}; KEY is in ${place}.`;

/** An example is useful in a simulation only: anywhere else it would start real pipelines. */
const submitLines = ({ directory, isAllSimulated, url, data, asksForTokens }: Served): readonly string[] => {
  const file = isAllSimulated ? shellWord(relative(directory, ownFile('examples/small.yaml'))) : 'YOUR-BATCH.yaml';
  const here = fromHere(url);
  // From a file, because everybody can read command lines.
  const token = asksForTokens ? ` -H ${shellWord(`@${join(data, tokenFiles.header)}`)}` : '';
  const submit = `curl${token} -H 'content-type: application/yaml' --data-binary @${file} ${here}/batches`;
  const look = ['See what a batch would do:', `  flotilla plan ${file} --url ${here}`];
  const deploy = `flotilla deploy ${file} --follow --url ${here}`;
  return [
    ...(isAllSimulated ? [] : look),
    'Submit a batch:',
    `  ${deploy}`,
    'Or without the command line:',
    `  ${submit}`,
  ];
};

/** A server that listens on all addresses of this machine is reached at loopback. */
const fromHere = (url: string): string => url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
