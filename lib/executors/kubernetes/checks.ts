import type { MetricAnswer } from '../../domain/ports.ts';
import { canaryName } from '../../domain/strategy/canary-name.ts';
import { fillNames } from '../../domain/strategy/fill-names.ts';
import { judgeChecks, latestPointMilliseconds, pointMilliseconds } from '../../domain/strategy/judge-checks.ts';
import type { Check, ChecksVerdict, Strategy } from '../../domain/strategy/strategy.ts';
import { each, type Work } from './work.ts';

/** The results of a strategy's checks for the step that began at `stepSince`, milliseconds since 1970. */
export const readChecks = async (work: Work, strategy: Strategy, stepSince: number): Promise<ChecksVerdict> => {
  const { checks, proven_seconds: provenSeconds } = strategy;
  const now = work.clock.now();
  const seen = await each(checks, async (check) => ({
    check,
    answer: await readCheck(work, { strategy, check, since: stepSince, now }),
  }));
  return judgeChecks(seen, { since: stepSince, now, provenSeconds });
};

interface Asked {
  readonly strategy: Strategy;
  readonly check: Check;
  readonly since: number;
  readonly now: number;
}

/** Both ends are whole minutes, so the query stays the same for a minute and is sent once. */
const readCheck = async (work: Work, { strategy, check, since, now }: Asked): Promise<MetricAnswer> => {
  const to = Math.floor(now / pointMilliseconds) * pointMilliseconds;
  const longest = Math.max(check.for_seconds, strategy.proven_seconds) * 1_000 + latestPointMilliseconds;
  const from = Math.ceil(Math.max(since, to - longest) / pointMilliseconds) * pointMilliseconds;
  if (from > to) return { kind: 'points', points: [] };
  const source = fillNames(check.source, namesOf(work, strategy));
  return work.metrics.range({ source, from, to, step: pointMilliseconds });
};

const namesOf = ({ request }: Work, strategy: Strategy) => {
  const { name, namespace } = request.deployment.workload;
  const { traffic } = strategy;
  const service = 'service' in traffic ? { service: traffic.service } : {};
  return { workload: name, namespace, canary: canaryName(name, strategy), ...service };
};
