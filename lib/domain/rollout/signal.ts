import { type Evidence, type Finding, failing, type Look, type Progress, waiting } from './judgement.ts';

/**
 * Something bad that becomes a verdict if it lasts for `grace` milliseconds over at least two looks; 0 is immediate.
 */
export interface Signal {
  /** What is timed. Alternating signals (ErrImagePull, ImagePullBackOff) share a key. */
  readonly key: string;
  readonly reason: string;
  readonly message: string;
  /** Infinity: never a verdict by itself, but nothing is healthy while it lasts. */
  readonly grace: number;
  /** After this long, it becomes a warning. */
  readonly warnAfter?: number;
  readonly evidence: readonly Evidence[];
}

/** A kind's result from one look: signals that fail it if they last, and the finding if none does. */
export interface KindReport {
  readonly signals: readonly Signal[];
  readonly finding: Finding;
  /** The cluster's latest warnings about the objects involved. They come after what led to the verdict. */
  readonly events?: readonly Evidence[];
  /** Other timed names; see `lasted`. */
  readonly timed?: readonly string[];
}

/** Milliseconds since a `timed` name first appeared without interruption. */
export const lasted = ({ previous, now }: Pick<Look, 'previous' | 'now'>, key: string): number =>
  now - (previous?.first_seen[key] ?? now);

/** A record must fit a table row, and the fifth pod repeats the first. */
export const evidenceLimit = 5;

interface Timed {
  readonly first_seen: Progress['first_seen'];
  readonly finding: Finding;
}

/** Weighs a kind's signals, by how long they have lasted, against its finding. The first ripe signal in order wins. */
export function judgeSignals(report: KindReport, look: Pick<Look, 'previous' | 'now'>): Timed {
  const { first_seen, finding } = weighed(report, look);
  const { events = [] } = report;
  if (finding.verdict === 'healthy' || events.length === 0) return { first_seen, finding };
  const known = finding.evidence ?? [];
  const isNew = (event: Evidence) =>
    !known.some(({ kind, name, message }) => kind === 'event' && name === event.name && message === event.message);
  return { first_seen, finding: { ...finding, evidence: [...known, ...events.filter(isNew)] } };
}

function weighed(report: KindReport, look: Pick<Look, 'previous' | 'now'>): Timed {
  const before = look.previous?.first_seen ?? {};
  const first_seen: Record<string, number> = {};
  const keys = [...report.signals.map(({ key }) => key), ...(report.timed ?? [])];
  for (const key of keys) first_seen[key] ??= before[key] ?? look.now;
  const age = ({ key }: Signal) => look.now - (first_seen[key] ?? look.now);
  const ripe = report.signals.find((signal) => age(signal) >= signal.grace);
  if (ripe !== undefined)
    return { first_seen, finding: failing(ripe.reason, ripe.message, together(report.signals, ripe)) };
  const [unripe] = report.signals;
  if (unripe === undefined) return { first_seen, finding: report.finding };
  if (report.finding.verdict === 'failing') return { first_seen, finding: withSeen(report) };
  // One for all pods, with the same text at every look.
  const lasting = report.signals
    .filter(({ key }, index, all) => all.findIndex((one) => one.key === key) === index)
    .flatMap((signal) => {
      const { message, warnAfter } = signal;
      const lasts = warnAfter !== undefined && age(signal) >= warnAfter;
      return lasts ? [`${message} (for more than ${warnAfter / 1_000} s)`] : [];
    });
  const warnings = [...(report.finding.warnings ?? []), ...lasting];
  const finding = waiting(unripe.reason, unripe.message, warnings);
  return { first_seen, finding: { ...finding, evidence: together(report.signals, unripe) } };
}

/** A deadline says that it is over; what was seen until then says why. */
function withSeen({ finding, signals }: KindReport): Finding {
  const known = finding.evidence ?? [];
  const isNew = (one: Evidence) =>
    !known.some(({ container, name }) => name === one.name && container === one.container);
  const seen = signals.flatMap(({ evidence }) => evidence).filter(isNew);
  return { ...finding, evidence: [...known, ...seen].slice(0, evidenceLimit) };
}

const together = (signals: readonly Signal[], chosen: Signal): readonly Evidence[] =>
  signals
    .filter(({ key }) => key === chosen.key)
    .flatMap(({ evidence }) => evidence)
    .slice(0, evidenceLimit);
