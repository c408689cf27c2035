import { durationOf, instantOf } from '../domain/holds/hold-times.ts';
import { printable } from './clean-text.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, exitStatus } from './failure.ts';

/** What `--since` and `--until` accept, for the help. */
export const pastMoment = '7d, 24h or 30m ago, 2026-11-30, "2026-11-30 18:00", or with a zone';

/** A past moment, by age or by date, as the API expects it. A day begins in the displayed time zone. */
export const momentGiven = (
  { times, clock }: Pick<CommandContext, 'times' | 'clock'>,
  option: 'since' | 'until',
  text: string,
): string => {
  const ago = durationOf(text);
  if (ago !== undefined) return new Date(Math.max(0, clock.now() - ago)).toISOString();
  if (instantOf(text) !== undefined) return text;
  const iso = times.instant(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text} 00:00` : text, clock.now());
  if (iso !== undefined && /^\d{4}-/.test(text)) return iso;
  throw new CommandFailure(exitStatus.usage, [`--${option} ${printable(text)} is no time: write ${pastMoment}.`]);
};
