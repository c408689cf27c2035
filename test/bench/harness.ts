import { loadavg } from 'node:os';
import type { Drive } from './benchmarks.ts';
import { measurementsOf } from './harness/measure.ts';
import { type Measuring, measureScenario } from './harness/measure-scenario.ts';
import { chosenScenarios, type Scenario } from './harness/scenarios.ts';
import type { Measurement } from './plan.ts';

/** In parallel: scenarios nearly always wait, for runs to end and for their turn to ask. */
const atOnce = 3;

const tell = (line: string): void => console.error(`harness, ${line} (load ${loadavg()[0]!.toFixed(1)})`);

/** How many requests a build sends to a Harness, and how soon it knows what has ended there. */
export const driveHarness: Drive = async (build, only) => {
  const chosen = chosenScenarios(only);
  const left = [...chosen];
  const measured = new Map<Scenario, readonly Measurement[]>();
  const work = async (): Promise<void> => {
    for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
      const measuring: Measuring = { build, scenario, tell };
      tell(`${scenario.name} begins`);
      measured.set(scenario, measurementsOf(scenario, await measureScenario(measuring)));
      tell(`${scenario.name} is over`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return chosen.flatMap((scenario) => measured.get(scenario)!);
};
