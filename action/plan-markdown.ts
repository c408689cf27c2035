import type { Planned } from '../lib/cli/commands/plan.ts';
import { outlookLines } from '../lib/cli/outlook-lines.ts';
import { plannedByLine, versionCell } from '../lib/cli/plan-records.ts';
import { simulationSentence } from '../lib/cli/simulation.ts';
import { describeIssue, type Issue } from '../lib/domain/batch/issues.ts';
import { counted } from '../lib/domain/counted.ts';
import type { DeploymentPreview } from '../lib/usecases/plan/preview-plan.ts';
import { shownText } from './shown-text.ts';

/** The result for one file: a plan, or the reason why there is none. */
export type Outcome =
  | { readonly name: string; readonly plan: Planned; readonly holds: readonly string[] }
  | { readonly name: string; readonly message: readonly string[]; readonly issues: readonly Issue[] };

export interface PlanText {
  readonly outcomes: readonly Outcome[];
  /** The first line, which Markdown hides. */
  readonly marker?: string;
  /** The last line: the commit, and a link to the run. */
  readonly foot: string;
  /** Where the rest is, if something is left out here. */
  readonly whole?: string;
}

interface Room {
  readonly rows: number;
  readonly hasDetails: boolean;
}

/** The plans of a pull request, for its comment and for the job summary. */
export const planMarkdown = ({ outcomes, marker, foot, whole }: PlanText, room: Room): string => {
  const sections = outcomes.flatMap((outcome) => ['', ...sectionOf(outcome, room)]);
  const isShort = sections.some((line) => line.startsWith('… '));
  return [
    ...(marker === undefined ? [] : [marker]),
    `## ${headOf(outcomes)}`,
    ...sections,
    '',
    ...(isShort && whole !== undefined ? [whole, ''] : []),
    foot,
    '',
  ].join('\n');
};

const headOf = (outcomes: readonly Outcome[]): string => {
  const bad = outcomes.filter((one) => 'issues' in one).length;
  if (bad === 0) return `✅ Flotilla plan: ${outcomes.length === 1 ? 'no problems' : `${outcomes.length} batches`}`;
  return outcomes.length === 1 ? '❌ Flotilla plan: no plan' : `❌ Flotilla plan: ${bad} of ${outcomes.length} failed`;
};

const sectionOf = (outcome: Outcome, room: Room): readonly string[] => [
  `### ${shownText(outcome.name)}`,
  '',
  ...('plan' in outcome ? planLines(outcome, room) : problemLines(outcome, room)),
];

const problemLines = (
  { message, issues }: Extract<Outcome, { issues: unknown }>,
  { rows }: Room,
): readonly string[] => {
  const told = issues.length === 0 ? message.slice(1) : issues.map(describeIssue);
  return [shownText(message[0] ?? 'It cannot be planned.'), '', ...listOf(told, rows)];
};

const listOf = (lines: readonly string[], rows: number): readonly string[] => {
  const left = lines.length - rows;
  return [
    ...lines.slice(0, rows).map((line) => `- ${shownText(line)}`),
    ...(left > 0 ? ['', `… and ${counted(left, 'more line')}.`] : []),
  ];
};

const planLines = (
  { plan, holds }: Extract<Outcome, { plan: unknown }>,
  { rows, hasDetails }: Room,
): readonly string[] => {
  const simulated = simulationSentence(plan.simulated);
  const { mode, max_concurrency, on_failure } = plan.strategy;
  const levels = plan.levels === 1 ? 'one level' : `${plan.levels} levels`;
  return [
    `${counted(plan.total, 'deployment')} on ${levels}, ${mode}, at most ${max_concurrency} at once. When one fails: ${on_failure}.`,
    ...outlookLines(plan).flatMap((line) => ['', shownText(line)]),
    ...(simulated === undefined ? [] : ['', `⚠️ ${shownText(simulated)}`]),
    ...(holds.length === 0 ? [] : ['', ...holds.map((line) => `⏸ ${shownText(line)}  `)]),
    ...(plan.warnings.length === 0 ? [] : ['', ...listOf(plan.warnings, hasDetails ? Math.max(rows, 1) : 0)]),
    '',
    ...tableOf(plan, rows),
    ...(hasDetails ? ['', `${shownText(plannedByLine(plan.planned_by))}`, '', `Plan hash \`${plan.plan_hash}\``] : []),
  ];
};

const tableOf = ({ deployments, strategy }: Planned, rows: number): readonly string[] => {
  const turn =
    strategy.mode === 'sequential' ? deployments : deployments.toSorted((a, b) => a.level - b.level || a.rank - b.rank);
  const left = turn.length - rows;
  return [
    ...(rows === 0 ? [] : ['| # | level | deployment | version | environment | on | waits for | on failure |']),
    ...(rows === 0 ? [] : ['|--:|--:|---|---|---|---|---|---|']),
    ...turn.slice(0, rows).map(rowOf),
    ...(left > 0 ? ['', `… and ${counted(left, 'more deployment')}.`] : []),
  ];
};

const rowOf = (preview: DeploymentPreview, at: number): string => {
  const { level, key, environment_id, cluster, dependencies, steps } = preview;
  const onFailure = steps.find((step) => step.startsWith(failing))?.slice(failing.length) ?? '';
  const cells = [key, versionCell(preview), environment_id, cluster, dependencies.join(', ') || '-', onFailure];
  return `| ${[String(at + 1), String(level), ...cells.map(shownText)].join(' | ')} |`;
};

/** The beginning of the step that says what happens on a failure. */
const failing = 'on failure: ';
