import type { Check, Strategy, Traffic } from '../strategy/strategy.ts';
import type { StrategyEntry } from './catalogue.ts';
import { defined } from './defined.ts';
import type { WrittenCheck, WrittenStrategy } from './strategy-schema.ts';

/** Per cent, and seconds. The values of system D. */
export const usualSteps = [10, 30, 50, 75, 100] as const;
const usualStepSeconds = 900;
const usualProvenSeconds = 1_800;
const usualForSeconds = 300;

/** A valid strategy with its defaults filled in. */
export const strategyEntryOf = ({ environments, canary, blue_green }: WrittenStrategy): StrategyEntry => {
  const { human_wait } = canary ?? blue_green ?? {};
  const strategy = blue_green === undefined ? canaryOf(canary ?? {}) : blueGreenOf(blue_green);
  return { ...strategy, ...defined({ environments, human_wait }) };
};

const canaryOf = (written: NonNullable<WrittenStrategy['canary']>): Strategy => ({
  kind: 'canary',
  traffic: trafficOf(written),
  steps: written.steps ?? usualSteps,
  step_seconds: written.step_seconds ?? usualStepSeconds,
  ...endingOf(written),
});

const trafficOf = ({ route, service }: NonNullable<WrittenStrategy['canary']>): Traffic =>
  route === undefined || service === undefined ? { by: 'replicas' } : { by: 'route', route, service };

const blueGreenOf = (written: NonNullable<WrittenStrategy['blue_green']>): Strategy => ({
  kind: 'blue_green',
  traffic: { by: 'service', service: written.service },
  steps: [100],
  step_seconds: written.soak_seconds ?? usualStepSeconds,
  ...endingOf(written),
});

type Ending = Pick<Strategy, 'checks' | 'proceed' | 'proven_seconds'>;

const endingOf = ({
  checks = [],
  proceed = 'person',
  proven_seconds = usualProvenSeconds,
}: NonNullable<WrittenStrategy['canary']> | NonNullable<WrittenStrategy['blue_green']>): Ending => ({
  checks: checks.map(checkOf),
  proceed,
  proven_seconds,
});

/** `checkStrategy` has made sure that there is exactly one source. */
const checkOf = ({ name, prometheus, cloudwatch, for_seconds, ...limits }: WrittenCheck): Check => ({
  name,
  source:
    cloudwatch === undefined
      ? { prometheus: prometheus ?? '' }
      : ({ cloudwatch: defined(cloudwatch) } as Extract<Check['source'], { readonly cloudwatch: unknown }>),
  ...defined(limits),
  for_seconds: for_seconds ?? usualForSeconds,
});
