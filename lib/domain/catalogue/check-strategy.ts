import { listed, type Path, quoted } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { checkNames } from './check-names.ts';
import type { ConfigurationText } from './configuration-text.ts';

/** A strategy is part of each planned deployment, which is read often. Nobody could follow a longer one anyway. */
const longest = 2_500;

interface Place {
  readonly path: Path;
  readonly text: ConfigurationText;
}

/** Checks the fields of `kubernetes.strategy` against each other and against their service. */
export const checkStrategy = (
  entry: Mapping,
  path: Path,
  { text, environments }: { readonly text: ConfigurationText; readonly environments: readonly string[] | undefined },
): void => {
  const strategy = isMapping(entry.kubernetes) ? entry.kubernetes.strategy : undefined;
  if (!isMapping(strategy)) return;
  const place = { path: [...path, 'kubernetes', 'strategy'], text };
  checkWays(strategy, place);
  checkKind(entry, place);
  checkKnown(strategy, environments, place);
  for (const way of ['canary', 'blue_green']) {
    const written = strategy[way];
    if (!isMapping(written)) continue;
    const here = { path: [...place.path, way], text };
    if (way === 'canary') checkCanary(written, here);
    checkEnding(written, here);
    checkChecks(written.checks, here);
    checkNames(written.checks, here, { hasService: written.service !== undefined });
  }
  if (JSON.stringify(strategy).length <= longest) return;
  const message = `is longer than ${longest} characters in total`;
  text.report(place.path, issueCodes.OutOfRange, { message, hint: 'shorten the queries of its checks' }, 'key');
};

const checkWays = ({ canary, blue_green }: Mapping, { path, text }: Place): void => {
  if ((canary === undefined) !== (blue_green === undefined)) return;
  const code = canary === undefined ? issueCodes.Missing : issueCodes.NotAllowed;
  const message = canary === undefined ? 'names no way to take over' : 'names two ways to take over';
  text.report(path, code, { message, hint: 'write one of canary and blue_green' }, 'key');
};

/** Steps need a second object of the same kind beside the first. */
const checkKind = (entry: Mapping, { path, text }: Place): void => {
  const written = entry.kind ?? entry.k8s_object_type ?? 'deployment';
  const kind = String(written).toLowerCase();
  if (kind === 'deployment') return;
  const hint =
    kind === 'rollout'
      ? 'an Argo Rollout has its own steps in its manifest, and Flotilla waits for those'
      : 'remove the strategy: the workload takes over as its kind does';
  const message = `is only valid for the kind deployment, and this is a ${quoted(kind)}`;
  text.report(path, issueCodes.NotAllowed, { message, hint }, 'key');
};

const checkKnown = (
  { environments: named }: Mapping,
  known: readonly string[] | undefined,
  { path, text }: Place,
): void => {
  if (known === undefined || !Array.isArray(named)) return;
  named.forEach((name: unknown, place) => {
    if (typeof name !== 'string' || name === '' || known.includes(name)) return;
    const message = `there is no environment ${quoted(name)}; known: ${listed(known)}`;
    const hint = didYouMean(nearest(name, known));
    text.report([...path, 'environments', place], issueCodes.UnknownEnvironment, { message, hint, allowed: known });
  });
};

const checkCanary = ({ steps, route, service }: Mapping, { path, text }: Place): void => {
  if ((route === undefined) !== (service === undefined)) {
    const [there, missing] = route === undefined ? ['service', 'route'] : ['route', 'service'];
    const message = `also needs ${missing}: the HTTPRoute backend that is this Service gets the weights`;
    text.report([...path, there], issueCodes.Missing, { message, hint: 'without both, replicas share the traffic' });
  }
  if (!Array.isArray(steps)) return;
  const place = steps.findIndex((step: unknown, at) => at > 0 && Number(step) <= Number(steps[at - 1]));
  if (place < 0) return;
  const message = `is not greater than the previous step, ${steps[place - 1]}`;
  text.report([...path, 'steps', place], issueCodes.NotAllowed, { message, hint: 'for example [10, 30, 50, 75, 100]' });
};

const checkEnding = ({ proceed, human_wait }: Mapping, { path, text }: Place): void => {
  if (proceed !== 'automatic' || human_wait === undefined) return;
  const message = 'is only valid with proceed: person; otherwise nothing waits for a person';
  text.report([...path, 'human_wait'], issueCodes.NotAllowed, { message }, 'key');
};

const checkChecks = (checks: unknown, { path, text }: Place): void => {
  const names = new Set<unknown>();
  (Array.isArray(checks) ? checks : []).forEach((check: unknown, at) => {
    if (!isMapping(check)) return;
    const here = { path: [...path, 'checks', at], text };
    checkSource(check, here);
    checkLimits(check, here);
    if (names.has(check.name))
      text.report([...here.path, 'name'], issueCodes.Duplicate, { message: 'is the name of another check' });
    names.add(check.name);
  });
};

const checkSource = ({ prometheus, cloudwatch }: Mapping, { path, text }: Place): void => {
  if ((prometheus === undefined) === (cloudwatch === undefined)) {
    const isMissing = prometheus === undefined;
    const message = isMissing ? 'does not say where its number comes from' : 'names two sources for one number';
    const code = isMissing ? issueCodes.Missing : issueCodes.NotAllowed;
    text.report(path, code, { message, hint: 'write one of prometheus and cloudwatch' });
  }
  const metrics = isMapping(cloudwatch) && isMapping(cloudwatch.metrics) ? Object.keys(cloudwatch.metrics).length : 1;
  if (!isMapping(cloudwatch) || metrics === 1) return;
  const here = [...path, 'cloudwatch', 'metrics'];
  if (metrics === 0 || metrics > 5) {
    text.report(here, issueCodes.NotAllowed, { message: `has ${metrics} metrics; from 1 to 5 are allowed` });
  } else if (cloudwatch.expression === undefined) {
    const message = 'has several metrics, but no expression that combines them into one number';
    text.report(here, issueCodes.Missing, { message, hint: 'for example expression: 100 * errors / requests' });
  }
};

const checkLimits = ({ max, min, proven_max, proven_min }: Mapping, { path, text }: Place): void => {
  if (max === undefined && min === undefined)
    text.report(path, issueCodes.Missing, { message: 'has no limit', hint: 'give it a max, a min, or both' });
  if (typeof max === 'number' && typeof min === 'number' && min > max)
    text.report([...path, 'min'], issueCodes.NotAllowed, { message: `is greater than max, ${max}` });
  if (typeof max === 'number' && typeof proven_max === 'number' && proven_max > max)
    text.report([...path, 'proven_max'], issueCodes.NotAllowed, { message: `is greater than max, ${max}` });
  if (typeof min === 'number' && typeof proven_min === 'number' && proven_min < min)
    text.report([...path, 'proven_min'], issueCodes.NotAllowed, { message: `is less than min, ${min}` });
};
