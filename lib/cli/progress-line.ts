import { isTerminal } from '../domain/deployment/status.ts';
import { shortDuration } from './durations.ts';
import type { LiveDeployment } from './live-deployment.ts';

export interface ProgressLook {
  readonly columns: number;
  /** The terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** When the batch was submitted, if known. */
  readonly since?: number | undefined;
}

const widestBar = 30;
const narrowestBar = 10;
/** Its width does not depend on the words beside it. */
const barWidth = (columns: number): number => Math.min(widestBar, Math.max(narrowestBar, Math.floor(columns / 5)));

/** `[██████░░░░] 61 %  27 of 44 ended  12m03s  about 8m left at this pace`. Parts that do not fit are left out. */
export const progressLine = (
  deployments: readonly LiveDeployment[],
  { columns, unicode, now, since }: ProgressLook,
): string => {
  const total = deployments.length;
  const ended = deployments.filter(({ status }) => isTerminal(status)).length;
  const share = total === 0 ? 0 : ended / total;
  const left = timeLeft(deployments, now);
  const width = barWidth(columns);
  const parts = [
    `${Math.floor(share * 100)} %`,
    `${ended} of ${total} ended`,
    ...(since === undefined ? [] : [shortDuration(now - since)]),
    ...(left === undefined ? [] : [`about ${shortDuration(left)} left at this pace`]),
  ];
  const text = parts.reduce((told, part) => {
    const longer = told === '' ? part : `${told}  ${part}`;
    return told === '' || longer.length + width + 3 <= columns ? longer : told;
  }, '');
  return text.length + width + 3 > columns ? text : `[${bar(share, width, unicode)}] ${text}`;
};

/** It is full only when all have ended. */
const bar = (share: number, width: number, unicode: boolean): string => {
  const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
  const done = Math.floor(share * width);
  return `${full!.repeat(done)}${empty!.repeat(width - done)}`;
};

/** Too few ended deployments do not show a pace. */
const fewest = 3;

/** How long the others take if they end as fast as the earlier ones; undefined if too few have ended. */
const timeLeft = (deployments: readonly LiveDeployment[], now: number): number | undefined => {
  const starts = deployments.flatMap(({ started_at: at }) => (at === undefined ? [] : [Date.parse(at)]));
  const ran = deployments.filter(({ status, started_at }) => started_at !== undefined && isTerminal(status)).length;
  const left = deployments.filter(({ status }) => !isTerminal(status)).length;
  if (ran < fewest || left === 0) return undefined;
  const first = starts.reduce((least, at) => Math.min(least, at), now);
  return ((now - first) / ran) * left;
};
