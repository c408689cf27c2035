import { describeTotals, type Totals } from '../domain/deployment/batch-status.ts';
import { isTerminal, type Status } from '../domain/deployment/status.ts';
import type { BatchView } from '../usecases/batch/read-batch.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import { printable } from './clean-text.ts';
import { cutToWidth, widthOf, wrapped } from './column-width.ts';
import type { LiveDeployment } from './live-deployment.ts';
import type { RowLook } from './live-rows.ts';
import { sectionLines } from './live-sections.ts';
import type { Colours } from './palette.ts';
import { progressLine } from './progress-line.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { colourOf } from './status-lines.ts';
import type { Terminal } from './terminal.ts';

/** Everything in a frame. */
export interface LiveState {
  readonly deployments: readonly LiveDeployment[];
  readonly about?: Pick<BatchView, 'batch_id' | 'name' | 'created_at'> | undefined;
  /** The last event of the batch itself. */
  readonly batch?: Pick<EventView, 'to' | 'reason' | 'message' | 'at'> | undefined;
  readonly simulated: Simulated;
}

export interface LiveLook extends Pick<Terminal, 'columns' | 'rows' | 'colours' | 'unicode'> {
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * One frame: never wider than the terminal, and one line shorter, for the cursor. The head has what is the same for all
 * deployments. Then come the bar, the deployments, and the totals.
 */
export const liveLines = (state: LiveState, look: LiveLook): readonly string[] => {
  const { deployments, about, batch, simulated } = state;
  const { columns, colours, unicode } = look;
  const most = Math.max(1, look.rows - 1);
  const hasEnded = batch !== undefined && isTerminal(batch.to);
  const now = hasEnded ? Date.parse(batch.at) : look.now;
  const since = about === undefined ? undefined : Date.parse(about.created_at);
  const constants = constantsOf(deployments, simulated);
  const head = most < 5 ? [] : headLines([...aboutParts(about), ...constants.parts], look).slice(0, most < 10 ? 1 : 3);
  const bar = cutToWidth(progressLine(deployments, { columns, unicode, now, since }), columns, '');
  const foot = footLines(batch, deployments, look).slice(0, most < 10 ? 1 : 4);
  const rowLook: RowLook = { columns, colours, unicode, now, simulated, places: constants.places };
  const room = most - head.length - 1 - foot.length;
  return [...head, bar, ...sectionLines(deployments, rowLook, room), ...foot].slice(0, most);
};

const aboutParts = (about: LiveState['about']): readonly string[] =>
  about === undefined ? [] : [printable(about.name), about.batch_id];

interface Constants {
  readonly parts: readonly string[];
  readonly places: RowLook['places'];
}

/** Environment, cluster, executor and the simulation mark, if they are the same for all. */
const constantsOf = (deployments: readonly LiveDeployment[], simulated: Simulated): Constants => {
  const environments = new Set(deployments.map(({ environment_id: environment }) => environment));
  const clusters = new Set(deployments.map(({ cluster }) => cluster));
  const executors = new Set(deployments.flatMap(({ runs = [] }) => runs.map(({ executor }) => executor)));
  const marks = new Set(deployments.map(({ cluster }) => isSimulated(simulated, cluster)));
  const isOne = environments.size < 2 && clusters.size < 2;
  const only = (names: ReadonlySet<string | undefined>): readonly string[] =>
    names.size === 1 ? [...names].filter((name) => name !== undefined) : [];
  return {
    parts: [
      ...only(environments),
      ...only(clusters).map((name) => `cluster ${name}`),
      ...only(executors),
      ...(marks.size === 1 && marks.has(true) ? ['SIMULATED'] : []),
    ],
    places: isOne && marks.size < 2 ? 'same' : 'shown',
  };
};

/** Parts that do not fit continue on the next line. Only a part wider than a line is cut. */
const headLines = (parts: readonly string[], { columns, colours, unicode }: LiveLook): readonly string[] => {
  const between = unicode ? ' · ' : ' - ';
  const lines: string[] = [];
  for (const part of parts.map((one) => cutToWidth(one, columns, unicode ? '…' : '...'))) {
    const line = lines.at(-1);
    const longer = line === undefined ? part : `${line}${between}${part}`;
    if (line !== undefined && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map(colours.bold);
};

/** The batch's own message, and the totals. The message of a batch that has ended includes them. */
const footLines = (
  batch: LiveState['batch'],
  deployments: readonly LiveDeployment[],
  { columns, colours }: LiveLook,
): readonly string[] => {
  const totals = wrapped(describeTotals(countStatuses(deployments)), columns);
  if (batch === undefined) return totals;
  if (batch.reason === 'Planned') return statusLines(batch.to, '', totals.join(' '), { columns, colours });
  const told = statusLines(batch.to, ` ${printable(batch.reason)}:`, printable(batch.message), { columns, colours });
  return isTerminal(batch.to) ? told : [...told.slice(0, 2), ...totals];
};

const statusLines = (
  status: Status,
  reason: string,
  text: string,
  { columns, colours }: { readonly columns: number; readonly colours: Colours },
): readonly string[] => {
  const word = printable(status);
  const [first = '', ...more] = wrapped(`${word}${reason} ${text}`, columns);
  const painted = first.startsWith(word) ? `${colourOf(status, colours)(word)}${first.slice(word.length)}` : first;
  return [painted, ...more];
};

const countStatuses = (deployments: readonly LiveDeployment[]): Totals => {
  const counts: Partial<Record<Status, number>> = {};
  for (const { status } of deployments) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
