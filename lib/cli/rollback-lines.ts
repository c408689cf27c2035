import { counted } from '../domain/counted.ts';
import { hasNothingToUndo } from '../domain/undo/left.ts';
import type { RollbackPreview } from '../usecases/undo/preview-rollback.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { fitTable } from './fit-table.ts';
import { tableLines } from './tables.ts';

/** Above this number, the rest is only counted. */
const mostLeft = 30;

/** Those with nothing to undo are named in one line. */
const mostUnchanged = 5;

/** What a rollback would do, for people. */
export const describeRollback = (
  preview: RollbackPreview,
  { terminal }: Pick<CommandContext, 'terminal'>,
): readonly string[] => {
  const { deployments, left, covers, ended, means, rolls_back, name } = preview;
  const table = fitTable(
    [
      { head: '#' },
      { head: 'STEP', spare: 5, early: true },
      { head: 'DEPLOYMENT' },
      { head: 'VERSION', cut: 'name' },
      { head: 'TARGET', cut: 'name', spare: 3 },
      { head: 'WAITS FOR', cut: 'sentence', least: 8, spare: 4 },
    ],
    deployments.map(({ key, step, from, to, target, waits_for, forced }, at) => [
      String(at + 1),
      String(step),
      forced ? `${key} (forced)` : key,
      `${from} -> ${to}`,
      target,
      waits_for.join(', ') || '-',
    ]),
    terminal.columns,
  );
  const kept = left.filter((one) => !hasNothingToUndo(one));
  return [
    `Batch ${rolls_back}: ${printable(name)}.`,
    ...(means === undefined ? [] : [printable(means)]),
    ...(ended ? [] : ['It still runs. So it is now; what is in flight ends first, and then it may be another.']),
    ...(covers.length < 2 ? [] : [`With it go those that tried it again: ${covers.slice(1).join(', ')}.`]),
    ...(deployments.length === 0 ? [] : tableLines(table, terminal.colours)),
    `${counted(deployments.length, 'deployment')} would go back, ${kept.length} would be left, ${unchanged(preview)}`,
    ...kept.slice(0, mostLeft).map(({ key, reason, message }) => `  left: ${key}: ${reason}. ${printable(message)}`),
    ...(kept.length > mostLeft ? [`  and ${kept.length - mostLeft} more; --json has all.`] : []),
  ];
};

const unchanged = ({ left, nothing_to_undo: count }: Pick<RollbackPreview, 'left' | 'nothing_to_undo'>): string => {
  const keys = left.filter((one) => hasNothingToUndo(one)).map(({ key }) => key);
  const named = keys.slice(0, mostUnchanged).join(', ');
  const more = keys.length > mostUnchanged ? ` and ${keys.length - mostUnchanged} more` : '';
  return `${count} ${count === 1 ? 'has' : 'have'} nothing to undo${named === '' ? '' : `: ${named}${more}`}.`;
};
