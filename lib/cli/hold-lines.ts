import { counted } from '../domain/counted.ts';
import type { BatchList } from '../usecases/batch/list-batches.ts';
import type { HoldView } from '../usecases/holds/hold-view.ts';
import type { PlanPreview } from '../usecases/plan/preview-plan.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { type FittedTable, fitTable } from './fit-table.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

/** `until 2026-12-01 18:00+01:00`, or that somebody has to lift it. */
export const untilWhen = ({ kind, until, circuit }: HoldView, times: Times): string => {
  if (circuit?.trying) return 'one at a time until it answers';
  if (until !== undefined) return `until ${times.minute(until)}`;
  return kind === 'circuit' ? 'until it answers' : 'until somebody lifts it';
};

/** Shown above everything else, so that nobody wonders why nothing moves. */
export const holdLines = (
  { holds = [], more_holds = 0 }: Pick<BatchList, 'holds' | 'more_holds'>,
  { times, command }: Pick<CommandContext, 'times' | 'command'>,
): readonly string[] => {
  const rest = holds.slice(mostTold).length + more_holds;
  return [
    ...holds.slice(0, mostTold).map((hold) => `${whatHolds(hold)}, ${untilWhen(hold, times)}: ${whyHeld(hold)}`),
    ...(rest > 0 ? [`… and ${counted(rest, 'more hold')}: ${command('holds')}`] : []),
  ];
};

/** The most that people read before what they came for. */
const mostTold = 5;

/** What of a plan would wait, and for what. */
export const heldPlanLines = (
  { holds = [], deployments }: Pick<PlanPreview, 'holds' | 'deployments'>,
  context: Pick<CommandContext, 'times' | 'command'>,
): readonly string[] => {
  if (holds.length === 0) return [];
  const held = deployments.filter((one) => one.holds !== undefined).length;
  const what = held === deployments.length ? 'All of it' : `${held} of ${counted(deployments.length, 'deployment')}`;
  return [
    `${what} would wait for the end of ${holds.length === 1 ? 'a hold' : 'holds'}.`,
    ...holdLines({ holds }, context),
  ];
};

const whatHolds = ({ kind, what, by, rollbacks }: HoldView): string => {
  if (kind === 'circuit') return `Held: ${printable(what)} does not answer`;
  return `Held: ${printable(what)}${rollbacks ? ', rollbacks too' : ''}, by ${printable(by)}`;
};

const whyHeld = ({ reason, circuit }: HoldView): string => printable(circuit?.seen ?? reason);

export const holdTable = (
  holds: readonly HoldView[],
  { columns }: Pick<Terminal, 'columns'>,
  times: Times,
): FittedTable =>
  fitTable(
    [
      { head: 'HOLD' },
      { head: 'ON', cut: 'name' },
      { head: 'ENDS' },
      { head: 'BY', cut: 'name', spare: 2, early: true },
      { head: 'SINCE', spare: 3, early: true },
      { head: 'WHY', cut: 'sentence', least: 8, spare: 1 },
    ],
    holds.map((hold) => [
      hold.id,
      `${hold.what}${hold.rollbacks && hold.kind === 'pause' ? ', rollbacks too' : ''}`,
      untilWhen(hold, times),
      hold.kind === 'circuit' ? 'nobody: it does not answer' : hold.by,
      times.minute(hold.since),
      whyHeld(hold),
    ]),
    columns,
  );
