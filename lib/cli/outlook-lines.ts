import { counted } from '../domain/counted.ts';
import type { AfterFailure } from '../domain/plan/after-failure.ts';
import type { WorstCase, WorstChain } from '../domain/plan/worst-case.ts';
import type { PlanPreview } from '../usecases/plan/preview-plan.ts';

/** What happens on a failure, and how long it takes at worst. An older server says neither. */
export const outlookLines = ({
  after_failure,
  worst_case,
  strategy,
}: Partial<Pick<PlanPreview, 'after_failure' | 'worst_case'>> & Pick<PlanPreview, 'strategy'>): readonly string[] => [
  ...(after_failure === undefined ? [] : [failureLine(after_failure)]),
  ...(worst_case === undefined ? [] : [worstLine(worst_case)]),
  ...(worst_case?.chain === undefined ? [] : [chainLine(worst_case.chain, strategy)]),
];

const failureLine = ({ restored, manual, left, manual_by_default }: AfterFailure): string => {
  const parts = [
    ...(restored === 0
      ? []
      : [
          `${restored} ${restored === 1 ? 'goes' : 'go'} back to the last good release by ${restored === 1 ? 'itself' : 'themselves'}`,
        ]),
    ...(manual === 0
      ? []
      : [`${manual} ${manual === 1 ? 'waits' : 'wait'} for you (${manualWord(manual, manual_by_default)})`]),
    ...(left === 0 ? [] : [`${left} ${left === 1 ? 'stays' : 'stay'} as ${left === 1 ? 'it is' : 'they are'}`]),
  ];
  return `On failure: ${parts.join(', ')}.`;
};

const manualWord = (manual: number, byDefault: number | undefined): string => {
  if (byDefault === undefined) return 'manual';
  const which = byDefault === manual ? '' : ` for ${byDefault} of them`;
  return `manual, the default of the format${which}`;
};

const worstLine = ({ key, others, seconds, tries, try_seconds, restore_seconds }: WorstCase): string => {
  const back = restore_seconds === undefined ? '' : `, then ${restore_seconds} s to go back`;
  const more = others === 0 ? '' : ` and ${counted(others, 'other')}`;
  const each = tries === 1 ? `one try of ${try_seconds} s` : `${tries} tries of ${try_seconds} s`;
  return `One service can take ${spelled(seconds)} at worst: ${each}${back} (${key}${more}). Waiting for a turn or a person is extra.`;
};

const chainLine = ({ seconds, deployments, last }: WorstChain, { mode }: PlanPreview['strategy']): string =>
  mode === 'sequential'
    ? `All ${deployments}, one at a time, can take ${spelled(seconds)} at worst.`
    : `The slowest chain, ${counted(deployments, 'service')} up to ${last}, can take ${spelled(seconds)} at worst.`;

/** `2 h 30 min`, `90 s`. */
export const spelled = (seconds: number): string => {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'min'],
    [seconds % 60, 's'],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return said.length === 0 ? '0 s' : said.join(' ');
};
