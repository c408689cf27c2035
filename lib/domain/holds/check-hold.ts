import { listed, quoted } from '../batch/findings.ts';
import { hintFor, unknownName } from '../batch/unknown-name.ts';
import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import type { HeaderRow } from '../record/rows.ts';
import { isSealed } from '../record/rows.ts';
import type { HoldScope } from './hold.ts';
import { durationOf, instantOf, longestHold, longestTurn } from './hold-times.ts';

/** A hold as somebody asks for it. */
export interface AskedHold {
  /** By the names of `scopeNames`; anything else in it is told. */
  readonly scope: Readonly<Record<string, string>>;
  readonly reason: string;
  /** A time with its zone. */
  readonly until?: string | undefined;
  /** `2h`. */
  readonly for?: string | undefined;
  readonly rollbacks: boolean;
}

/** What somebody may name; all that are named must fit. */
export const scopeNames = ['environment', 'pillar', 'service', 'cluster', 'batch'] as const;

/** What a hold is judged by. */
export interface HoldFacts {
  readonly catalogue: Catalogue;
  /** Of the batch that the scope names; undefined where there is none that may be seen. */
  readonly batch: HeaderRow | undefined;
  readonly now: number;
}

/** One problem: where in the request, and what in words. */
export interface HoldProblem {
  readonly path: string;
  readonly message: string;
}

/** The hold that is asked for, or all that is wrong with it. */
export type CheckedHold =
  | { readonly scope: HoldScope; readonly until?: number }
  | { readonly problems: readonly HoldProblem[] };

export const checkHold = (asked: AskedHold, facts: HoldFacts): CheckedHold => {
  const end = endOf(asked, facts);
  const problems = [
    ...Object.entries(asked.scope).flatMap(([name, value]) => problemsOfName(name, value, { asked, facts })),
    ...problemsOfBatch(asked.scope.batch, facts),
    ...(asked.reason === '' ? [{ path: 'body.reason', message: 'say why, in a sentence' }] : []),
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
    return [{ path, message: `a hold may be on ${listed([...scopeNames])}${hint}` }];
  }
  if (value === '') return [{ path, message: `name one, or leave it out` }];
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
    return `${quoted(value)} is no service; write pillar/service, or the service alone for any pillar`;
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
    return `${quoted(value)} is an infrastructure, on cluster ${leads}: name the cluster`;
  }
  return unknown('cluster', value, Object.keys(clusters));
};

const problemsOfBatch = (batchId: string | undefined, { batch }: HoldFacts): readonly HoldProblem[] => {
  const path = 'body.scope.batch';
  if (batchId === undefined || batchId === '') return [];
  if (batch === undefined) {
    return [
      { path, message: `there is no batch ${quoted(batchId)}; GET /batches has the ids, and a whole one is needed` },
    ];
  }
  if (!isSealed(batch)) return [];
  const rollback = batch.rolling_back === undefined ? '' : ` Its rollback is batch ${batch.rolling_back}.`;
  return [{ path, message: `all deployments of batch ${batchId} have ended: there is nothing to hold.${rollback}` }];
};

interface End {
  readonly at?: number | undefined;
  readonly problems: readonly HoldProblem[];
}

const endOf = (asked: AskedHold, facts: HoldFacts): End => {
  if (asked.until === undefined && asked.for === undefined) return { problems: [] };
  if (asked.until !== undefined && asked.for !== undefined) {
    return { problems: [{ path: 'body.until', message: 'say the end once: here are both until and for' }] };
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
    ? `${quoted(asked.for!)} is no length of time; write minutes, hours or days, as 30m, 2h or 3d`
    : `${quoted(asked.until!)} is no time with its zone; write it as 2026-12-01T18:00:00Z or 2026-12-01T18:00:00+01:00`;

const wrongEnd = (at: number, { now, batch }: HoldFacts): string | undefined => {
  const told = (time: number): string => new Date(time).toISOString();
  if (at <= now) return `${told(at)} is over: it is ${told(now)} now`;
  if (at - now > longestHold) return `${told(at)} is more than 90 days ahead; the latest is ${told(now + longestHold)}`;
  if (batch === undefined || at <= batch.created_at + longestTurn) return undefined;
  const last = told(batch.created_at + longestTurn);
  return `${told(at)} is too late for batch ${batch.batch_id}: its deployments wait for their turns until ${last}, 30 days from when it was accepted`;
};
