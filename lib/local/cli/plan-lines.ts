import type { PlanPreview } from '../../usecases/preview-plan.ts';
import { simulationSentence } from './simulation.ts';
import { planTable } from './tables.ts';
import { printable, type Terminal } from './terminal.ts';

/** The steps of more deployments than this are in --json only. */
const MOST_STEPS = 30;

/** A plan as people read it. */
export const describePlan = (plan: PlanPreview, terminal: Terminal): readonly string[] => {
  const { mode, max_concurrency, on_failure } = plan.strategy;
  const sentence = simulationSentence(plan.simulated);
  return [
    ...(sentence === undefined ? [] : [terminal.colours.yellow(sentence)]),
    planTable(plan, terminal),
    `${plan.total} deployments on ${plan.levels} levels, ${mode}, at most ${max_concurrency} at once; on failure: ${on_failure}.`,
    ...Object.entries(plan.limits).map(([name, limit]) => `Limit ${name}: ${limit} at once.`),
    `Critical path: ${plan.critical_path.join(' -> ')}`,
    `Plan hash: ${plan.plan_hash}`,
    ...plan.warnings.map((warning) => `warning: ${printable(warning)}`),
    ...(plan.total > MOST_STEPS ? [] : ['What would happen:', ...plan.deployments.flatMap(stepLines)]),
  ];
};

const stepLines = ({ key, steps }: PlanPreview['deployments'][number]): readonly string[] => [
  `  ${key}`,
  ...steps.map((step) => `    ${printable(step)}`),
];
