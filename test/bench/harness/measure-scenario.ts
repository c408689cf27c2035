import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildServer, notedEnds } from './build-server.ts';
import { batchText, configurationText, kubeconfigText } from './given-files.ts';
import { requestsIn, type Sample, type Seen } from './measure.ts';
import type { Scenario } from './scenarios.ts';
import { SimulatedWorld } from './simulated-world.ts';

/** Seconds after which a scenario is given up. */
const longest = 1_200;

export interface Measuring {
  readonly build: string;
  readonly scenario: Scenario;
  /** Called from time to time with the progress. */
  readonly tell: (line: string) => void;
}

/** Runs one scenario in a world of its own, from the POST of its batch to its end, or until it is stopped. */
export const measureScenario = async ({ build, scenario, tell }: Measuring): Promise<Seen> => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const clear = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // Also when a signal ends the bench.
  process.once('exit', clear);
  const world = await SimulatedWorld.start(scenario, folder);
  try {
    writeFileSync(join(folder, 'flotilla.config.yaml'), configurationText(scenario, world.addresses));
    writeFileSync(join(folder, 'kubeconfig.json'), kubeconfigText(world.addresses));
    const server = await BuildServer.start(build, folder);
    try {
      return await watch({ scenario, world, server, tell });
    } finally {
      await server.stop();
    }
  } finally {
    await world.stop();
    process.off('exit', clear);
    clear();
  }
};

interface Watched extends Pick<Measuring, 'scenario' | 'tell'> {
  readonly world: SimulatedWorld;
  readonly server: BuildServer;
}

const watch = async ({ scenario, world, server, tell }: Watched): Promise<Seen> => {
  const samples: Sample[] = [await world.requests()];
  const submitted = Date.now();
  const batch = await server.submit(batchText(scenario));
  const passed = (): string => `${Math.round((Date.now() - submitted) / 1000)} s`;
  const until = submitted + (scenario.stopAfter ?? longest) * 1000;
  let ended: number | undefined;
  for (let second = 1; ended === undefined && Date.now() < until; second += 1) {
    await sleep(1_000);
    samples.push(await world.requests());
    // A busy server may not answer.
    if (second % 3 === 0) ended = await server.ended(batch);
    if (second % 60 === 0) tell(`${scenario.name}: ${requestsIn(samples.at(-1)!)} requests after ${passed()}`);
  }
  if (ended === undefined) tell(`${scenario.name}: stopped after ${passed()}, it was not over`);
  const [{ busiest, throttled, ...last }, runs, stopped] = [await world.requests(), await world.runs(), Date.now()];
  return {
    ...{ submitted, stopped, busiest, throttled, runs, samples: [...samples, last] },
    ...(ended === undefined ? {} : { ended }),
    noted: notedEnds(await server.events(batch)),
    open: await server.countOpen(batch),
  };
};
