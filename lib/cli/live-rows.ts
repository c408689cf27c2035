import type { Status } from '../domain/deployment/status.ts';
import { askedFor } from '../domain/plan/action.ts';
import { printable } from './clean-text.ts';
import { chunks, cutToWidth, widthOf, wrapped } from './column-width.ts';
import { shortDuration } from './durations.ts';
import type { LiveDeployment } from './live-deployment.ts';
import type { Colours } from './palette.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { colourOf } from './status-lines.ts';
import { shortDigests } from './tables.ts';

export interface RowLook {
  readonly columns: number;
  readonly colours: Colours;
  readonly unicode: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly simulated: Simulated;
  /** The place of each, if they differ. */
  readonly places: 'shown' | 'same';
}

/** Column widths of rows below each other; 0 for a column without room. */
interface Widths {
  readonly key: number;
  readonly version: number;
  readonly place: number;
  readonly time: number;
  readonly why: number;
}

const statusWidth = 10;
const gap = 2;
const indent = ' '.repeat(statusWidth + gap);
/** A shorter piece of a message says nothing. */
const leastWhy = 16;

/** Rows with aligned columns, each with one or more lines. A name is never cut: it continues on the next line. */
export const liveRows = (deployments: readonly LiveDeployment[], look: RowLook): readonly (readonly string[])[] => {
  const cells = deployments.map((one) => cellsOf(one, look));
  const widths = widthsOf(cells, look.columns);
  return cells.map((row, at) => rowLines(row, { widths, look, status: deployments[at]!.status }));
};

interface Cells {
  readonly key: string;
  readonly version: string;
  readonly place: string;
  readonly time: string;
  readonly why: string;
}

const cellsOf = (one: LiveDeployment, { now, simulated, places }: RowLook): Cells => ({
  key: printable(one.key),
  version: shortDigests(printable(askedFor(one, one.docker_image_version))),
  place: places === 'same' ? '' : `${placeOf(one)}${isSimulated(simulated, one.cluster) ? ' (simulated)' : ''}`,
  time: timeOf(one, now),
  why: whyOf(one),
});

const placeOf = ({ environment_id: environment, cluster }: LiveDeployment): string =>
  [environment, cluster].filter((name) => name !== undefined).join('/') || '-';

/** How long it has been at work, or was. */
const timeOf = ({ status, started_at, ended_at }: LiveDeployment, now: number): string => {
  if (status === 'PENDING' || started_at === undefined) return '';
  return shortDuration((ended_at === undefined ? now : Date.parse(ended_at)) - Date.parse(started_at));
};

/** PENDING already means waiting; the message says for what. */
const whyOf = ({ reason, message, failure }: LiveDeployment): string => {
  if (reason === 'AwaitingTurn') return printable(message);
  const cause = failure === undefined || reason === failure.reason ? '' : ` (${failure.reason})`;
  return printable(`${reason}${cause}: ${message}`);
};

const widest = (cells: readonly string[]): number => cells.reduce((most, cell) => Math.max(most, widthOf(cell)), 0);

/** Places go first, then versions, messages and times. Names stay. */
const widthsOf = (rows: readonly Cells[], columns: number): Widths => {
  const widestKey = widest(rows.map((row) => row.key));
  const times = widest(rows.map((row) => row.time));
  const time = widestKey + gap + times > columns - indent.length ? 0 : times;
  const room = columns - indent.length - (time === 0 ? 0 : time + gap);
  const key = Math.max(1, Math.min(widestKey, room));
  let left = room - key;
  const take = (wanted: number): number => {
    if (wanted === 0 || left - wanted - gap < leastWhy + gap) return 0;
    left -= wanted + gap;
    return wanted;
  };
  const version = take(widest(rows.map((row) => row.version)));
  const place = take(widest(rows.map((row) => row.place)));
  return { key, version, place, time, why: left - gap < leastWhy ? 0 : left - gap };
};

interface Laying {
  readonly widths: Widths;
  readonly look: RowLook;
  readonly status: Status;
}

/** The reason of a failure gets its own lines if there is too little room beside the name. */
const rowLines = (row: Cells, { widths, look, status }: Laying): readonly string[] => {
  const { columns, colours, unicode } = look;
  const mark = unicode ? '…' : '...';
  const isBad = status === 'FAILED' || status === 'UNKNOWN';
  const below = isBad && widths.why < Math.min(widthOf(row.why), readable) ? columns - indent.length : 0;
  const [first = '', ...more] = chunks(row.key, widths.key);
  const line = [
    padded(first, widths.key),
    ...(['version', 'place', 'time'] as const).flatMap((name) =>
      widths[name] === 0 ? [] : [padded(row[name], widths[name])],
    ),
    ...(widths.why === 0 || below > 0 ? [] : [cutToWidth(row.why, widths.why, mark)]),
  ].join(' '.repeat(gap));
  return [
    fitting(statusCell(status, colours), line, columns),
    ...more.map((piece) => `${indent}${piece}`),
    ...(below > 0 ? cutToLines(row.why, { width: below, mark }).map((piece) => `${indent}${piece}`) : []),
  ];
};

const mostBelow = 2;

const cutToLines = (text: string, { width, mark }: { readonly width: number; readonly mark: string }) => {
  const lines = wrapped(text, width);
  if (lines.length <= mostBelow) return lines;
  const last = `${lines[mostBelow - 1]} ${lines[mostBelow]}`;
  return [...lines.slice(0, mostBelow - 1), cutToWidth(last, width, mark)];
};

/** A shorter message is hard to understand. */
const readable = 40;

/** A server may be newer and have another one. */
const statusCell = (status: Status, colours: Colours): string => {
  const word = cutToWidth(printable(status), statusWidth, '');
  return `${colourOf(status, colours)(word)}${' '.repeat(Math.max(0, indent.length - widthOf(word)))}`;
};

const padded = (text: string, width: number): string => `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;

const fitting = (status: string, rest: string, columns: number): string =>
  `${status}${cutToWidth(rest.trimEnd(), columns - indent.length, '')}`.trimEnd();

/** A line for several deployments, as one row. Its words are not cut either. */
export const groupRow = (status: Status, text: string, { columns, colours }: RowLook): readonly string[] => {
  const [first = '', ...more] = wrapped(printable(text), Math.max(1, columns - indent.length));
  return [`${statusCell(status, colours)}${first}`, ...more.map((line) => `${indent}${line}`)];
};
