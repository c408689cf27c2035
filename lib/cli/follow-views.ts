import { isDeepStrictEqual } from 'node:util';
import { describeTotals, type Totals } from '../domain/deployment/batch-status.ts';
import { isTerminal, type Status } from '../domain/deployment/status.ts';
import type { EventView } from '../usecases/record/follow-feed.ts';
import { printable } from './clean-text.ts';
import type { Colours } from './palette.ts';
import { isSimulated, type Simulated } from './simulation.ts';
import { eventLine, paintStatus } from './status-lines.ts';
import { type DeploymentLine, deploymentTable } from './tables.ts';
import type { Terminal } from './terminal.ts';
import type { Times } from './times.ts';

/** What is shown while a batch is followed. */
export interface FollowView {
  /** What there is; once more when the plan is known. */
  begin(deployments: readonly DeploymentLine[]): void;
  event(event: EventView): void;
  /** After a page of events. */
  show(): void;
  /** The part of the plan in which those are that wait and are shown; what they wait for changes without an event. */
  waiting(): PlanRange | undefined;
  /** What is read of them. */
  update(deployments: readonly DeploymentLine[]): void;
  end(): void;
}

export interface PlanRange {
  /** Place in the plan where it begins. */
  readonly from: number;
  readonly limit: number;
}

export const makeFollowView = (
  terminal: Terminal,
  { json, simulated, times }: { json: boolean; simulated: Simulated; times: Times },
): FollowView => {
  if (json) return new LineView(terminal, simulated, (event, mark) => JSON.stringify({ ...event, simulated: mark }));
  if (terminal.live) return new TableView(terminal, simulated);
  return new LineView(terminal, simulated, (event, mark) => eventLine(event, mark, times));
};

/** One line per event. */
class LineView implements FollowView {
  readonly #terminal: Terminal;
  readonly #simulated: Simulated;
  readonly #line: (event: EventView, simulated: boolean) => string;
  readonly #clusters = new Map<string, string | undefined>();

  constructor(terminal: Terminal, simulated: Simulated, line: (event: EventView, simulated: boolean) => string) {
    this.#terminal = terminal;
    this.#simulated = simulated;
    this.#line = line;
  }

  begin(deployments: readonly DeploymentLine[]): void {
    for (const { key, cluster } of deployments) this.#clusters.set(key, cluster);
  }

  event(event: EventView): void {
    const cluster = event.key === undefined ? undefined : this.#clusters.get(event.key);
    this.#terminal.out(this.#line(event, isSimulated(this.#simulated, cluster)));
  }

  show(): void {}

  waiting(): undefined {}

  update(): void {}

  end(): void {}
}

/** One table that changes in place. */
class TableView implements FollowView {
  readonly #terminal: Terminal;
  readonly #simulated: Simulated;
  readonly #lines = new Map<string, DeploymentLine>();
  #batch: Pick<EventView, 'to' | 'reason' | 'message'> | undefined;
  #shown: readonly string[] = [];

  constructor(terminal: Terminal, simulated: Simulated) {
    this.#terminal = terminal;
    this.#simulated = simulated;
  }

  begin(deployments: readonly DeploymentLine[]): void {
    this.#lines.clear();
    for (const deployment of deployments) this.#lines.set(deployment.key, deployment);
    this.show();
  }

  event(event: EventView): void {
    const line = event.key === undefined ? undefined : this.#lines.get(event.key);
    if (line === undefined) this.#batch = event;
    else this.#lines.set(line.key, { ...line, status: event.to, reason: event.reason, message: event.message });
  }

  show(): void {
    const lines = tableLines([...this.#lines.values()], {
      terminal: this.#terminal,
      simulated: this.#simulated,
      batch: this.#batch,
    });
    if (isDeepStrictEqual(lines, this.#shown)) return;
    this.#shown = lines;
    this.#terminal.redraw(lines);
  }

  waiting(): PlanRange | undefined {
    const shown = mostTelling([...this.#lines.values()], roomIn(this.#terminal));
    const places = shown.flatMap(({ status, index }) => (status === 'PENDING' && index !== undefined ? [index] : []));
    if (places.length === 0) return undefined;
    const first = Math.min(...places);
    return { from: first, limit: Math.min(mostAtOnce, Math.max(...places) - first + 1) };
  }

  /** An event that came meanwhile tells more. */
  update(deployments: readonly DeploymentLine[]): void {
    for (const { key, status, message } of deployments) {
      const line = this.#lines.get(key);
      if (line?.status === 'PENDING' && status === 'PENDING') this.#lines.set(key, { ...line, message });
    }
    this.show();
  }

  end(): void {
    this.#terminal.settle();
  }
}

interface TableLook {
  readonly terminal: Pick<Terminal, 'columns' | 'rows' | 'colours'>;
  readonly simulated: Simulated;
  readonly batch: Pick<EventView, 'to' | 'reason' | 'message'> | undefined;
}

/** Lines that the table needs beside its deployments: its head, the batch, the counts, what was left out, the cursor. */
const OTHER_LINES = 5;
const roomIn = ({ rows }: Pick<Terminal, 'rows'>): number => Math.max(3, rows - OTHER_LINES);

/** Deployments that the API lists in one answer. */
const mostAtOnce = 1000;

/** Pure, so that it can be looked at in every width and height. */
export const tableLines = (
  lines: readonly DeploymentLine[],
  { terminal, simulated, batch }: TableLook,
): readonly string[] => {
  const shown = mostTelling(lines, roomIn(terminal));
  const hidden = lines.length - shown.length;
  const { colours } = terminal;
  return [
    ...deploymentTable(shown, { terminal, simulated }).lines,
    ...(hidden === 0 ? [] : [colours.dim(`… and ${hidden} more`)]),
    ...batchFoot(batch, describeTotals(countStatuses(lines)), colours),
  ];
};

/** The message of a batch that has ended tells its totals; of one that is planned and at work there is nothing else to tell. */
const batchFoot = (batch: TableLook['batch'], totals: string, colours: Colours): readonly string[] => {
  if (batch === undefined) return [totals];
  const status = paintStatus(batch.to, colours);
  if (batch.reason === 'Planned') return [`${status} ${totals}`];
  const told = `${status} ${batch.reason}: ${printable(batch.message)}`;
  return isTerminal(batch.to) ? [told] : [told, totals];
};

/** What is in work, then what went wrong, then what waits, then what is done. */
const weight = (status: Status): number => {
  if (status === 'PROCESSING') return 0;
  if (status === 'SUCCESS') return 3;
  return isTerminal(status) ? 1 : 2;
};

const mostTelling = (lines: readonly DeploymentLine[], count: number): readonly DeploymentLine[] => {
  if (lines.length <= count) return lines;
  const chosen = new Set(lines.toSorted((a, b) => weight(a.status) - weight(b.status)).slice(0, count));
  return lines.filter((line) => chosen.has(line));
};

const countStatuses = (lines: readonly DeploymentLine[]): Totals => {
  const counts: Partial<Record<Status, number>> = {};
  for (const { status } of lines) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
