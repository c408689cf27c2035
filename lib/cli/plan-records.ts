import { listed } from '../domain/batch/findings.ts';
import { counted } from '../domain/counted.ts';
import { askedFor, deploys } from '../domain/plan/action.ts';
import type { VersionStep } from '../domain/plan/version-step.ts';
import { describeWaiting } from '../domain/schedule/waiting.ts';
import type { DeploymentPreview, PlanPreview } from '../usecases/plan/preview-plan.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { resolveCommand } from './explain.ts';

/** Who made a plan: a server, or this program with or without a file. */
export type PlannedBy =
  | { readonly by: 'server'; readonly url: string }
  | { readonly by: 'file'; readonly file: string }
  | { readonly by: 'defaults' };

const notAsked = 'no server was asked, so nothing is known of locks and of what runs (--url names one)';

export const plannedByLine = (planned: PlannedBy): string => {
  if (planned.by === 'server') return `Planned by the server at ${planned.url}, with its configuration.`;
  const how =
    planned.by === 'file' ? `with ${planned.file}` : 'with simulated defaults: there is no flotilla.config.yaml';
  return `Planned here, ${how}; ${notAsked}.`;
};

/** `1.4.0 → 1.1.0 (older)`, `→ 1.0.0 (new)`; `? → 1.1.0` if it is unknown what will run. */
export const versionCell = (preview: DeploymentPreview): string => {
  const { recorded, change, held_by } = preview;
  const version = askedFor(preview, preview.docker_image_version);
  if (!deploys(preview)) return recorded?.version === undefined ? version : `${recorded.version} → ${version}`;
  if (change === undefined) return recorded === undefined && held_by === undefined ? version : `? → ${version}`;
  const from = recorded?.version === undefined ? '' : `${recorded.version} `;
  return `${from}→ ${version}${change === 'other' ? '' : ` (${change})`}`;
};

/** Such a cell without the earlier version. */
export const withoutBefore = (cell: string): string => cell.replace(/^\S+ (?=→ )/, '');

/** Lines of a kind; --json has all. */
const mostLines = 30;

/** What is recorded about a plan's targets: version changes, unknown versions, and holders of locks. */
export const recordLines = (plan: PlanPreview, command: CommandContext['command']): readonly string[] => [
  ...changeLines(plan),
  ...cutLines(plan.deployments.flatMap(otherTargetLine)),
  ...cutLines(plan.deployments.flatMap(uncertainLine)),
  ...cutLines(plan.deployments.flatMap((one) => heldLines(one, command))),
];

const cutLines = (lines: readonly string[]): readonly string[] =>
  lines.length <= mostLines ? lines : [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more lines.`];

const words: Readonly<Record<VersionStep, string>> = {
  newer: 'newer',
  same: 'the same',
  older: 'older',
  new: 'new',
  other: 'not comparable',
};

const changeLines = ({ recorded, deployments, total }: PlanPreview): readonly string[] => {
  if (recorded === undefined) return [];
  const counts = [
    ...Object.entries(words).map(([change, word]) => [countOf(deployments, (one) => one.change === change), word]),
    [countOf(deployments, isNotKnown), 'not known'],
    [countOf(deployments, (one) => one.action === 'delete'), 'to be deleted'],
    [countOf(deployments, (one) => one.action === 'scale'), 'to be scaled'],
  ] as const;
  const told = counts.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`]));
  const { looked_up, left_out } = recorded;
  const part = left_out === 0 ? '' : ` Only the first ${looked_up} of ${counted(total, 'deployment')} were looked up.`;
  return [`Compared with what Flotilla recorded: ${listed(told)}.${part}`];
};

/** It is not recorded what runs there, or another deployment is at work there. */
const isNotKnown = ({ recorded, held_by, change, action }: DeploymentPreview): boolean =>
  action === undefined && (recorded ?? held_by) !== undefined && change === undefined;

const countOf = (deployments: readonly DeploymentPreview[], is: (one: DeploymentPreview) => boolean): number =>
  deployments.filter(is).length;

const otherTargetLine = ({ key, recorded }: DeploymentPreview): readonly string[] => {
  if (recorded?.target === undefined) return [];
  const { target, version, batch_id } = recorded;
  const how = version === undefined ? '' : ` with ${printable(version)}`;
  return [`${key}: the same object was last changed as ${printable(target)}, by batch ${batch_id}${how}.`];
};

const uncertainLine = ({ key, recorded }: DeploymentPreview): readonly string[] => {
  if (recorded?.ended === undefined) return [];
  const { ended, last_verified, batch_id } = recorded;
  const before = last_verified === undefined ? '' : `; the last that was verified is ${printable(last_verified)}`;
  return [
    `${key}: what runs there is not known, because batch ${batch_id} ended ${ended.status} / ${ended.reason} with ${printable(ended.version)}${before}.`,
  ];
};

const heldLines = ({ key, held_by = [] }: DeploymentPreview, command: CommandContext['command']): readonly string[] =>
  held_by.flatMap((held) => [
    `${key}: ${printable(describeWaiting([held]))}`,
    ...(held.status === 'UNKNOWN' && held.batch_id !== undefined
      ? [`  ${resolveCommand(command, [held.batch_id, held.key ?? key])}  (or --status FAILED)`]
      : []),
  ]);
