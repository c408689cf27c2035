import { listed, quoted } from '../batch/findings.ts';
import { hintFor, unknownName } from '../batch/unknown-name.ts';
import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import type { HeaderRow } from '../record/rows.ts';
import { isSealed } from '../record/rows.ts';
import type { HoldScope } from './hold.ts';
import { durationOf, instantOf, longestHold, longestTurn } from './hold-times.ts';

/** A hold as a user requests it. */
export interface AskedHold {
  /** Keys are those in `scopeNames`; any other is reported. */
  readonly scope: Readonly<Record<string, string>>;
  readonly reason: string;
  /** A time with its zone. */
  readonly until?: string | undefined;
  /** `2h`. */
  readonly for?: string | undefined;
  readonly rollbacks: boolean;
}

/** What a scope may name. All named parts must match. */
export const scopeNames = ['environment', 'pillar', 'service', 'cluster', 'batch'] as const;

/** The facts for checking a hold. */
export interface HoldFacts {
  readonly catalogue: Catalogue;
  /** The batch that the scope names; undefined if there is none that the caller may see. */
  readonly batch: HeaderRow | undefined;
  readonly now: number;
}

/** One problem: where in the request, and a message. */
export interface HoldProblem {
  readonly path: string;
  readonly message: string;
}

/** The requested hold, or everything that is wrong with it. */
export type CheckedHold =
  | { readonly scope: HoldScope; readonly until?: number }
  | { readonly problems: readonly HoldProblem[] };

export const checkHold = (asked: AskedHold, facts: HoldFacts): CheckedHold => {
  const end = endOf(asked, facts);
  const problems = [
    ...Object.entries(asked.scope).flatMap(([name, value]) => problemsOfName(name, value, { asked, facts })),
    ...problemsOfBatch(asked.scope.batch, facts),
    ...(asked.reason === '' ? [{ path: 'body.reason', message: 'give a reason, in a sentence' }] : []),
    ...end.problems,
  ];
  if (problems.length > 0) return { problems };
  return { scope: asked.scope, ...(end.at === undefined ? {} : { until: end.at }) };
};

interface Named {
  readonly asked: AskedHold;
  readonly facts: HoldFacts;
}

const problemsOfName = (name: string, value: string, { asked, facts }: Named): readonly HoldProblem[] => {
  const path = `body.scope.${/^\w{1,64}$/.test(name) ? name : quoted(name)}`;
  const check = checks[name as keyof typeof checks] as Check | undefined;
  if (!Object.hasOwn(checks, name) || check === undefined) {
    const hint = hintFor(name, scopeNames);
    return [{ path, message: `a hold may name ${listed([...scopeNames])}${hint}` }];
  }
  if (value === '') return [{ path, message: `name one, or omit it` }];
  const message = check(value, facts.catalogue, asked);
  return message === undefined ? [] : [{ path, message }];
};

type Check = (value: string, catalogue: Catalogue, asked: AskedHold) => string | undefined;

const checks: Readonly<Record<(typeof scopeNames)[number], Check>> = {
  environment: (value, { environments }) =>
    environments === undefined ? undefined : unknown('environment', value, Object.keys(environments)),
  pillar: (value, { pillars }) => unknown('pillar', value, Object.keys(pillars)),
  service: (value, catalogue, { scope }) => wrongService(value, catalogue, scope.pillar),
  cluster: (value, catalogue) => wrongCluster(value, catalogue),
  batch: () => undefined,
};

const unknown = (what: string, value: string, known: readonly string[]): string | undefined =>
  known.includes(value) ? undefined : unknownName(what, value, known);

const wrongService = (value: string, { pillars, services }: Catalogue, inPillar: string | undefined) => {
  const [pillar, name, ...more] = value.includes('/') ? value.split('/') : [undefined, value];
  if (name === undefined || name === '' || more.length > 0 || pillar === '') {
    return `${quoted(value)} is not a service; write pillar/service, or only the service for any pillar`;
  }
  if (pillar !== undefined && entryOf(pillars, pillar) === undefined)
    return unknown('pillar', pillar, Object.keys(pillars));
  if (pillar !== undefined && inPillar !== undefined && pillar !== inPillar) {
    return `${quoted(value)} is not in pillar ${quoted(inPillar)}: such a hold would hold nothing`;
  }
  if (services === undefined) return undefined;
  const keys = Object.entries(services).flatMap(([of, entries]) => Object.keys(entries).map((one) => `${of}/${one}`));
  const known = pillar === undefined ? keys.map((key) => key.slice(key.indexOf('/') + 1)) : keys;
  return unknown('service', value, [...new Set(known)]);
};

const wrongCluster = (value: string, { clusters, infrastructures }: Catalogue): string | undefined => {
  const leads = entryOf(infrastructures, value)?.cluster;
  if (leads !== undefined && entryOf(clusters, value) === undefined) {
    return `${quoted(value)} is an infrastructure on cluster ${leads}: name the cluster`;
  }
  return unknown('cluster', value, Object.keys(clusters));
};

const problemsOfBatch = (batchId: string | undefined, { batch }: HoldFacts): readonly HoldProblem[] => {
  const path = 'body.scope.batch';
  if (batchId === undefined || batchId === '') return [];
  if (batch === undefined) {
    return [{ path, message: `there is no batch ${quoted(batchId)}; GET /batches lists the ids; give a full one` }];
  }
  if (!isSealed(batch)) return [];
  const rollback = batch.rolling_back === undefined ? '' : ` Its rollback is batch ${batch.rolling_back}.`;
  return [{ path, message: `all deployments of batch ${batchId} have ended, so there is nothing to hold.${rollback}` }];
};

interface End {
  readonly at?: number | undefined;
  readonly problems: readonly HoldProblem[];
}

const endOf = (asked: AskedHold, facts: HoldFacts): End => {
  if (asked.until === undefined && asked.for === undefined) return { problems: [] };
  if (asked.until !== undefined && asked.for !== undefined) {
    return { problems: [{ path: 'body.until', message: 'give either until or for, not both' }] };
  }
  const path = asked.until === undefined ? 'body.for' : 'body.until';
  const at = asked.until === undefined ? after(asked.for!, facts.now) : instantOf(asked.until);
  const message = at === undefined ? unreadable(path, asked) : wrongEnd(at, facts);
  return { at, problems: message === undefined ? [] : [{ path, message }] };
};

const after = (text: string, now: number): number | undefined => {
  const duration = durationOf(text);
  return duration === undefined ? undefined : now + duration;
};

const unreadable = (path: string, asked: AskedHold): string =>
  path === 'body.for'
    ? `${quoted(asked.for!)} is not a duration; write minutes, hours or days, such as 30m, 2h or 3d`
    : `${quoted(asked.until!)} is not a time with a zone; write it like 2026-12-01T18:00:00Z or 2026-12-01T18:00:00+01:00`;

const wrongEnd = (at: number, { now, batch }: HoldFacts): string | undefined => {
  const told = (time: number): string => new Date(time).toISOString();
  if (at <= now) return `${told(at)} is in the past: it is ${told(now)} now`;
  if (at - now > longestHold) return `${told(at)} is more than 90 days ahead; the latest is ${told(now + longestHold)}`;
  if (batch === undefined || at <= batch.created_at + longestTurn) return undefined;
  const last = told(batch.created_at + longestTurn);
  return `${told(at)} is too late for batch ${batch.batch_id}: its deployments wait for their turns until ${last}, 30 days from when it was accepted`;
};
