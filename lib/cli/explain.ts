import { counted } from '../domain/counted.ts';
import type { Status } from '../domain/deployment/status.ts';
import type { Evidence } from '../domain/record/evidence.ts';
import type { RootCause } from '../domain/schedule/root-cause.ts';
import type { DeploymentView } from '../usecases/deployment/deployment-view.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import type { Colours } from './palette.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { paintStatus } from './status-lines.ts';

const explained: readonly Status[] = ['FAILED', 'ROLLBACK', 'UNKNOWN'];
/** Nothing was done to these, so one sentence covers all with the same reason. */
const told: readonly Status[] = ['SKIPPED', 'CANCELLED'];

/** Nobody reads the reasons of a thousand deployments. */
const MOST_EXPLAINED = 50;
/** The most keys beside one sentence. */
const MOST_NAMED = 10;

interface Telling {
  readonly simulated: Simulated;
  readonly colours: Colours;
  /** A command line of this program, and the batch it is about, for resolving what is UNKNOWN. */
  readonly command?: CommandContext['command'];
  readonly batchId?: string;
}

/** Why deployments did not succeed, with the evidence: pods, reasons, log lines. */
export const explainDeployments = (deployments: readonly DeploymentView[], telling: Telling): readonly string[] => {
  const bad = deployments.filter(
    (one) => explained.includes(one.status) || unknownTargets(one).length > 0 || isHeldUp(one),
  );
  const rest = bad.length - MOST_EXPLAINED;
  return [
    ...bad
      .slice(0, MOST_EXPLAINED)
      .flatMap((deployment) => [...explain(deployment, telling), ...adviceOn(deployment, telling)]),
    ...(rest > 0 ? [`… and ${rest} more${whereAllAre(telling)}.`] : []),
    ...tellTogether(deployments, telling),
    ...warningsOf(deployments.filter((one) => !bad.includes(one))),
  ];
};

/** Deployments with nothing more to say: they succeeded, or are in work. */
const warningsOf = (deployments: readonly DeploymentView[]): readonly string[] => {
  const all = deployments.flatMap((one) => untold(one).map((text) => `warning: ${one.key}: ${printable(text)}`));
  const rest = all.length - MOST_EXPLAINED;
  return [...all.slice(0, MOST_EXPLAINED), ...(rest > 0 ? [`… and ${counted(rest, 'more warning')}.`] : [])];
};

const untold = ({ message, warnings }: DeploymentView): readonly string[] =>
  warnings.filter((warning) => !message.includes(warning));

const whereAllAre = ({ batchId, command }: Telling): string =>
  batchId === undefined || command === undefined ? '' : `; all of them: ${command('status', batchId, '--json')}`;

const tellTogether = (deployments: readonly DeploymentView[], { colours }: Telling): readonly string[] => {
  const groups = new Map<string, DeploymentView[]>();
  for (const deployment of deployments.filter(({ status }) => told.includes(status))) {
    const { status, reason, message, root } = deployment;
    // A failure may have a chain of a thousand skipped ones behind it; its root is named once.
    const why = root === undefined ? `${reason}: ${printable(message)}` : `because of ${describeRootCause(root)}`;
    const sentence = `${paintStatus(status, colours)} ${why}`;
    groups.set(sentence, [...(groups.get(sentence) ?? []), deployment]);
  }
  return [...groups].slice(0, MOST_EXPLAINED).flatMap(([sentence, some]) => [sentence, `  ${namesOf(some)}`]);
};

const describeRootCause = ({ key, status, reason, failure, resolved }: RootCause): string => {
  const cause = failure === undefined ? '' : ` (${failure})`;
  if (resolved === undefined) return `${key}, which is ${status} / ${reason}${cause}.`;
  return `${key}, which was ${status} / ${reason}${cause}, since resolved as ${resolved}.`;
};

const namesOf = (deployments: readonly DeploymentView[]): string => {
  const rest = deployments.length - MOST_NAMED;
  const named = deployments.slice(0, MOST_NAMED).map(({ key }) => key);
  return [...named, ...(rest > 0 ? [`… and ${rest} more`] : [])].join(', ');
};

/** Only a person can resolve it. */
const adviceOn = (deployment: DeploymentView, { batchId, command }: Telling): readonly string[] => {
  if (batchId === undefined || command === undefined) return [];
  const own = deployment.status === 'UNKNOWN' ? [[batchId, deployment.key]] : [];
  const others = unknownTargets(deployment).flatMap(({ batch_id, key }) =>
    batch_id === undefined ? [] : [[batch_id, key ?? deployment.key]],
  );
  return [...own, ...others].map((what) => `  ${resolveCommand(command, what)}  (or --status FAILED)`);
};

/** To be completed by the person who has checked. */
export const resolveCommand = (command: CommandContext['command'], what: readonly string[]): string =>
  command('resolve', ...what, '--status', 'SUCCESS', '--reason', '…');

/** What it waits for until somebody acts. */
const unknownTargets = ({ waiting_for = [] }: DeploymentView) =>
  waiting_for.flatMap((one) => (one.kind === 'lock' && one.status === 'UNKNOWN' ? [one] : []));

/** Its executor or its cluster may need somebody. */
const isHeldUp = ({ waiting_for = [] }: DeploymentView): boolean =>
  waiting_for.some(({ kind }) => kind === 'executor' || kind === 'cluster');

const explain = (deployment: DeploymentView, { colours, simulated }: Telling): readonly string[] => {
  const { key, status, reason, message, failure, evidence, release_before, release_after } = deployment;
  const mark = isSimulated(simulated, deployment.cluster) ? ' (simulated)' : '';
  return [
    `${paintStatus(status, colours)} ${colours.bold(key)}${mark}: ${reason}`,
    `  ${printable(message)}`,
    ...(failure === undefined || message.includes(failure.message)
      ? []
      : [`  because ${failure.reason}: ${printable(failure.message)}`]),
    ...untold(deployment).map((warning) => `  warning: ${printable(warning)}`),
    ...evidence.flatMap((one) => explainEvidence(one, `${message} ${failure?.message ?? ''}`)),
    ...(release_before === undefined && release_after === undefined
      ? []
      : [`  version before: ${release_before ?? 'none'}, now: ${release_after ?? 'not known'}`]),
    ...deployment.runs.map(({ executor, attempt, ref, status: runStatus, url }) => {
      const what = attempt === 'restore' ? 'restore' : `attempt ${attempt}`;
      return `  ${what}: ${executor} run ${ref ?? 'not known'}${runStatus === undefined ? '' : ` ${printable(runStatus)}`}${url === undefined ? '' : ` ${printable(url)}`}`;
    }),
  ];
};

/** A message is not repeated. */
export const explainEvidence = (
  { kind, name, container, reason, message, log, log_lines }: Evidence,
  said: string,
): readonly string[] => {
  const where = `${kind} ${name}${container === undefined ? '' : `, container ${container}`}`;
  return [
    `  seen on ${where}: ${reason}${said.includes(message) ? '' : `: ${printable(message)}`}`,
    ...(log ?? []).map((line) => `    | ${printable(line)}`),
    ...(log_lines === undefined
      ? []
      : [`    | ${counted(log_lines, 'line')} of its log: for tokens with flotilla/logs`]),
  ];
};
