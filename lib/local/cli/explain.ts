import type { Status } from '../../domain/deployment/status.ts';
import type { Evidence } from '../../domain/record/rows.ts';
import type { DeploymentView } from '../../usecases/deployment-view.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { paintStatus } from './status-lines.ts';
import { type Colours, printable } from './terminal.ts';

const worthExplaining: readonly Status[] = ['FAILED', 'ROLLBACK', 'SKIPPED', 'CANCELLED', 'UNKNOWN'];

/** Nobody reads the reasons of a thousand skipped deployments. */
const MOST_EXPLAINED = 50;

/** Why deployments did not succeed, with what was seen: pods, reasons, log lines. */
export const explainDeployments = (
  deployments: readonly DeploymentView[],
  { simulated, colours }: { readonly simulated: Simulated; readonly colours: Colours },
): readonly string[] => {
  const bad = deployments.filter(({ status }) => worthExplaining.includes(status));
  const rest = bad.length - MOST_EXPLAINED;
  return [
    ...bad
      .slice(0, MOST_EXPLAINED)
      .flatMap((deployment) => explain(deployment, { colours, simulated: isSimulated(simulated, deployment.cluster) })),
    ...(rest > 0 ? [`… and ${rest} more; flotilla status --json has them all.`] : []),
  ];
};

const explain = (
  deployment: DeploymentView,
  { colours, simulated }: { readonly colours: Colours; readonly simulated: boolean },
): readonly string[] => {
  const { key, status, reason, message, failure, evidence, release_before, release_after } = deployment;
  const mark = simulated ? ' (simulated)' : '';
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
