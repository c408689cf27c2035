import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../domain/json.ts';
import { loadConfiguration } from '../../local/load-configuration.ts';
import { ownFile } from '../../local/own-files.ts';
import type { CommandContext } from '../command-context.ts';
import { explainDeployments } from '../explain.ts';
import { type ExitStatus, exitStatus } from '../failure.ts';
import { followBatch } from '../follow.ts';
import { sendBatch } from '../send-batch.ts';
import { batchLines } from '../status-lines.ts';
import { fetchWhole, parsedJson } from '../whole-answer.ts';
import { differencesOf, type Expected } from './differences.ts';
import { type DemoServer, onOwnServer, tellDifferences, tellTimedOut } from './own-server.ts';
import { type Course, sharesOf, trafficDifferences } from './shares.ts';

const examples = ownFile('examples/canary');
const cluster = 'cluster-eu-1';
const routePath = '/apis/gateway.networking.k8s.io/v1/namespaces/shared/httproutes/web';
const steps = [10, 50, 100];

interface Act {
  readonly title: string;
  readonly version: string;
  readonly expected: Expected;
  /** Absent if it takes no steps. */
  readonly course?: Course;
}

const verified: Expected = { 'shared/web': ['SUCCESS', 'Verified'] };

/** How each version should end. */
const acts: readonly Act[] = [
  { title: 'Version 1.0: nothing runs yet, so there are no steps.', version: '1.0', expected: verified },
  {
    title: 'Version 1.1 is good: it takes over by its steps.',
    ...{ version: '1.1', expected: verified, course: { steps, ends: 'takes over' } },
  },
  {
    title: 'Version 1.2 is bad: its program ends after four seconds. It goes back by itself.',
    version: '1.2-dies',
    expected: { 'shared/web': ['FAILED', 'RestoredPreviousRelease'] },
    course: { steps, ends: 'goes back' },
  },
];

/** Seconds for each version; all three take less than 30. */
const timeout = 60;

/** A good version takes over in steps, then a bad one goes back automatically. */
export const canaryDemo = (context: CommandContext): Promise<ExitStatus> => {
  const { configuration } = loadConfiguration({ file: 'flotilla.config.yaml', directory: examples, env: {} });
  const manifests = readFileSync(join(examples, 'web.yaml'), 'utf8');
  return onOwnServer(context, { configuration }, async (server) => {
    for (const act of acts) {
      const problems = await play(context, server, { act, manifests });
      if (problems === undefined) return tellTimedOut(context.terminal, timeout);
      if (problems.length > 0) return tellDifferences(context.terminal, problems);
    }
    context.terminal.out('');
    context.terminal.out(
      'The demo ended as designed: simulated, a good version took over by its steps, and a bad one went back by itself.',
    );
    return exitStatus.done;
  });
};

type Context = Pick<CommandContext, 'terminal' | 'times' | 'clock'>;

interface Scene {
  readonly act: Act;
  readonly manifests: string;
}

/** Deploys one version. Returns what did not end as designed; undefined if it has not ended in time. */
const play = async (
  { terminal, times, clock }: Context,
  server: DemoServer,
  { act, manifests }: Scene,
): Promise<readonly string[] | undefined> => {
  const { client, url, simulated } = server;
  terminal.out('');
  terminal.out(act.title);
  terminal.out(`flotilla deploy web.yaml --url ${url}  (version ${act.version} of examples/canary/web.yaml)`);
  const text = JSON.stringify(batchOf(act, manifests));
  const { answer } = await sendBatch<{ batch_id: string }>(client, '/batches', { text, name: 'the demo' });
  // Redrawing a table would erase the lines about traffic.
  const lines = { ...terminal, live: false };
  const watched = watchTraffic({ terminal, times, clock }, server);
  const following = { batchId: answer.batch_id, simulated, timeout };
  const context = { client, terminal: lines, times, clock, json: false };
  const followed = await followBatch(context, following).finally(watched.stop);
  const seen = await watched.seen;
  if (followed === undefined) return undefined;
  const { batch, deployments } = followed;
  const { colours } = terminal;
  for (const line of explainDeployments(deployments, { simulated, colours })) terminal.out(line);
  for (const line of batchLines(batch, colours, times)) terminal.out(line);
  const moved = act.course === undefined ? [] : trafficDifferences(seen, act.course);
  return [...differencesOf(deployments, act.expected), ...moved];
};

const batchOf = ({ version }: Act, manifests: string): JsonObject => ({
  version: 'v1.0',
  metadata: { name: `web ${version}` },
  deployments: [
    {
      ...{ pillar: 'shared', service_name: 'web', docker_image_version: version, docker_artifact_type: 'docker' },
      ...{ environment_id: 'prod', infrastructure_id: cluster, manifests },
      metadata: { retry_count: 0, rollback_strategy: 'automatic' },
    },
  ],
});

interface Watched {
  /** The new version's shares, each different from the one before. */
  readonly seen: Promise<readonly number[]>;
  stop(): void;
}

const looksEvery = 100;

/** Reads the route in the cluster itself, and reports each change of the shares. */
const watchTraffic = (context: Context, { clusters }: DemoServer): Watched => {
  const over = new AbortController();
  const look = async (): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let told = '', isLast = false; ; await context.clock.sleep(looksEvery, over.signal)) {
      isLast = over.signal.aborted;
      const shares = await readShares(`${clusters[cluster]}${routePath}`);
      const words = wordsOf(shares);
      if (words !== told && words !== '') context.terminal.out(trafficLine(context, words));
      if (words !== '') told = words;
      const share = shares['web-canary'] ?? 0;
      if (Object.keys(shares).length > 0 && share !== seen.at(-1)) seen.push(share);
      if (isLast) return seen;
    }
  };
  return { seen: look(), stop: () => over.abort() };
};

const readShares = async (url: string): Promise<Readonly<Record<string, number>>> => {
  // What cannot be read now is read at the next look.
  const answer = await fetchWhole(url, { credential: false }).catch(() => undefined);
  return answer?.ok === true ? sharesOf(parsedJson(answer.text) as JsonObject) : {};
};

const wordsOf = (shares: Readonly<Record<string, number>>): string =>
  Object.entries(shares)
    .map(([name, share]) => `${name} ${share} %`)
    .join(', ');

const trafficLine = ({ times, clock }: Context, words: string): string => {
  const at = times.timeOfDay(new Date(clock.now()).toISOString());
  return `${at} simulated ${'HTTPRoute shared/web'.padEnd(28)} ${'traffic'.padEnd(10)} ${words}`;
};
