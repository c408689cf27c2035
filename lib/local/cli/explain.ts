import type { Status } from '../../domain/deployment/status.ts';
import type { Evidence } from '../../domain/record/rows.ts';
import type { DeploymentView } from '../../usecases/deployment-view.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { paintStatus } from './status-lines.ts';
import { type Colours, printable } from './terminal.ts';

const worthExplaining: readonly Status[] = ['FAILED', 'ROLLBACK', 'SKIPPED', 'CANCELLED', 'UNKNOWN'];

/** Nobody reads the reasons of a thousand skipped deployments. */
const MOST_EXPLAINED = 50;

interface Telling {
  readonly simulated: Simulated;
  readonly colours: Colours;
  /** Where what is UNKNOWN can be resolved. */
  readonly batchId?: string;
}

/** Why deployments did not succeed, with what was seen: pods, reasons, log lines. */
export const explainDeployments = (deployments: readonly DeploymentView[], telling: Telling): readonly string[] => {
  const bad = deployments.filter(({ status }) => worthExplaining.includes(status));
  const rest = bad.length - MOST_EXPLAINED;
  return [
    ...bad
      .slice(0, MOST_EXPLAINED)
      .flatMap((deployment) => [...explain(deployment, telling), ...adviceOn(deployment, telling)]),
    ...(rest > 0 ? [`… and ${rest} more; flotilla status --json has them all.`] : []),
  ];
};

/** Only a person can say what became of it. */
const adviceOn = ({ key, status }: DeploymentView, { batchId }: Telling): readonly string[] =>
  status !== 'UNKNOWN' || batchId === undefined
    ? []
    : [`  flotilla resolve ${batchId} ${key} --status SUCCESS --reason '…'  (or --status FAILED)`];

const explain = (deployment: DeploymentView, { colours, simulated }: Telling): readonly string[] => {
  const { key, status, reason, message, failure, evidence, release_before, release_after } = deployment;
  const mark = isSimulated(simulated, deployment.cluster) ? ' (simulated)' : '';
  return [
    `${paintStatus(status, colours)} ${colours.bold(key)}${mark}: ${reason}`,
    `  ${printable(message)}`,
    ...(failure === undefined || message.includes(failure.message)
      ? []
      : [`  because ${failure.reason}: ${printable(failure.message)}`]),
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

/** A message that was told already is not told again. */
const explainEvidence = (
  { kind, name, container, reason, message, log }: Evidence,
  said: string,
): readonly string[] => {
  const where = `${kind} ${name}${container === undefined ? '' : `, container ${container}`}`;
  return [
    `  seen on ${where}: ${reason}${said.includes(message) ? '' : `: ${printable(message)}`}`,
    ...(log ?? []).map((line) => `    | ${printable(line)}`),
  ];
};
