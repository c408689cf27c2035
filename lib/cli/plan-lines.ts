import { counted } from '../domain/counted.ts';
import { nameOfSource } from '../domain/manifests/source-name.ts';
import type { PlanPreview } from '../usecases/plan/preview-plan.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { heldPlanLines } from './hold-lines.ts';
import { outlookLines } from './outlook-lines.ts';
import { type PlannedBy, plannedByLine, recordLines } from './plan-records.ts';
import { simulationSentence } from './simulation.ts';
import { planTable, tableLines } from './tables.ts';

/** Above this number, the steps are only in --json. */
const MOST_STEPS = 30;

/** A plan for people. */
export const describePlan = (
  plan: PlanPreview & { readonly planned_by: PlannedBy },
  context: Pick<CommandContext, 'terminal' | 'command' | 'times'>,
): readonly string[] => {
  const { terminal, command } = context;
  const { mode, max_concurrency, on_failure } = plan.strategy;
  const sentence = simulationSentence(plan.simulated);
  const deployments = inTurn(plan);
  const table = planTable({ ...plan, deployments }, terminal);
  return [
    plannedByLine(plan.planned_by),
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    ...tableLines(table, terminal.colours),
    ...heldPlanLines(plan, context).map((line) => terminal.colours.yellow(line)),
    ...recordLines({ ...plan, deployments }, command),
    `${counted(plan.total, 'deployment')} on ${plan.levels === 1 ? 'one level' : `${plan.levels} levels`}, ${mode}, at most ${max_concurrency} at once; on failure: ${on_failure}.`,
    ...Object.entries(plan.limits).map(([name, limit]) => `Limit ${name}: ${limit} at once.`),
    `Critical path: ${plan.critical_path.join(' -> ')}`,
    ...outlookLines(plan).map(printable),
    `Plan hash: ${plan.plan_hash}`,
    ...plan.warnings.map((warning) => `warning: ${printable(warning)}`),
    ...(plan.total > MOST_STEPS ? [] : deployments.flatMap(manifestLines)),
    ...(plan.total > MOST_STEPS ? [] : ['What would happen:', ...deployments.flatMap(stepLines)]),
  ];
};

/** In sequence, the plan's order; else level by level, and by rank within a level. */
const inTurn = ({ strategy, deployments }: PlanPreview): PlanPreview['deployments'] =>
  strategy.mode === 'sequential' ? deployments : deployments.toSorted((a, b) => a.level - b.level || a.rank - b.rank);

/** The Kubernetes objects it would apply, one line for each kind. */
const manifestLines = ({ key, manifests }: PlanPreview['deployments'][number]): readonly string[] => {
  if (manifests === undefined) return [];
  const { from, applied = [], objects = 0 } = manifests;
  const source = from === undefined ? '' : ` from ${nameOfSource(from)}`;
  if (manifests.not_resolved) return [`${key} applies manifests${source}: not resolved yet`];
  const shown = applied.map(({ kind, name, hook }) => `${kind} ${name}${hook === undefined ? '' : ` (hook ${hook})`}`);
  const more = objects > shown.length ? [`and ${objects - shown.length} more`] : [];
  return [printable(`${key} applies ${counted(objects, 'object')}${source}: ${[...shown, ...more].join(', ')}`)];
};

const stepLines = ({ key, steps }: PlanPreview['deployments'][number]): readonly string[] => [
  `  ${key}`,
  ...steps.map((step) => `    ${printable(step)}`),
];
