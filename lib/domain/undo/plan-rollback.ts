import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Expected } from '../plan/plan.ts';
import type { Release } from '../record/rows.ts';
import type { Place } from '../schedule/place.ts';
import type { TargetRow } from '../targets/target-row.ts';
import { contractEdges } from './contract-edges.ts';
import type { Done } from './done.ts';
import { judgeTarget, type Kept, type Undoing } from './judge-target.ts';
import type { Left } from './left.ts';

/** A deployment of the batch, with what was done at its target. */
export interface UndoNode {
  readonly key: string;
  /** Indexes in the batch's plan, all smaller than its own. */
  readonly dependencies: readonly number[];
  /** By the batch and its retries, in order; at least one entry. */
  readonly done: readonly Done[];
  /** NOW of its target. */
  readonly now: TargetRow | undefined;
}

export interface RollbackAsked {
  /** In plan order. */
  readonly nodes: readonly UndoNode[];
  readonly ours: ReadonlySet<string>;
  readonly catalogue: Catalogue;
  /** Keys of the batch; absent: all. */
  readonly only?: readonly string[] | undefined;
  /** These go back although something that depends on them does not. With `only`, they must be part of it. */
  readonly force?: readonly string[] | undefined;
}

export interface RollbackMember {
  readonly key: string;
  readonly target: string;
  /** What runs there, as far as known. */
  readonly from: string;
  readonly to: Release;
  /** What it takes back. */
  readonly of: readonly Place[];
  readonly expects?: Expected;
  /** Keys of those that go back before it. */
  readonly waits_for: readonly string[];
  readonly forced?: true;
}

export interface RollbackPlan {
  /** Those that nothing depends on any more come first. */
  readonly members: readonly RollbackMember[];
  /** In the same order. If deployments were named, only those. */
  readonly left: readonly Left[];
}

/**
 * What goes back, in which order, and what is left and why. The batch's edges are reversed: nothing goes back before
 * everything that depended on it. A deployment whose dependent does not go back is left too, unless it is forced. Those
 * with nothing to do, or left for their own reason, are passed through. Pure.
 */
export const planRollback = (asked: RollbackAsked): RollbackPlan => {
  const { nodes } = asked;
  const forced = new Set(asked.force);
  const named = asked.only === undefined ? undefined : new Set([...asked.only, ...forced]);
  const isNamed = (node: number): boolean => named === undefined || named.has(nodes[node]!.key);
  const dependents = turnedRound(nodes);
  const judged = nodes.map(({ done, now }) => judgeTarget({ ...asked, done, now }));
  const blockers = findBlockers({ nodes, dependents, judged, forced, isNamed });
  const isMember = (node: number): boolean =>
    'to' in judged[node]! && isNamed(node) && (blockers[node] === undefined || forced.has(nodes[node]!.key));
  const before = contractEdges({ dependents, isMember });
  const members: RollbackMember[] = [];
  const left: Left[] = [];
  for (let node = nodes.length - 1; node >= 0; node -= 1) {
    if (!isNamed(node)) continue;
    const verdict = judged[node]!;
    if ('to' in verdict && isMember(node)) {
      const waits_for = before[node]!.map((other) => nodes[other]!.key);
      const isForced = blockers[node] !== undefined || forced.has(nodes[node]!.key);
      members.push({ ...memberOf(nodes[node]!, verdict), waits_for, ...(isForced ? { forced: true as const } : {}) });
    } else {
      left.push(leftOf(nodes[node]!, 'to' in verdict ? stranded(blockers[node]!) : verdict));
    }
  }
  return { members, left };
};

const turnedRound = (nodes: readonly UndoNode[]): readonly (readonly number[])[] => {
  const dependents: number[][] = nodes.map(() => []);
  nodes.forEach(({ dependencies }, node) => {
    for (const dependency of dependencies) dependents[dependency]!.push(node);
  });
  return dependents;
};

/** A dependent that does not go back: its key, and why. */
interface Blocker {
  readonly key: string;
  readonly why: string;
}

interface Judged {
  readonly nodes: readonly UndoNode[];
  readonly dependents: readonly (readonly number[])[];
  readonly judged: readonly (Undoing | Kept)[];
  readonly forced: ReadonlySet<string>;
  readonly isNamed: (node: number) => boolean;
}

/** By node: what keeps it from going back. Dependents have greater numbers, so they were judged before. */
const findBlockers = ({ nodes, dependents, judged, forced, isNamed }: Judged): readonly (Blocker | undefined)[] => {
  const blockers: (Blocker | undefined)[] = nodes.map(() => undefined);
  const through = (node: number): Blocker | undefined => {
    const { key } = nodes[node]!;
    const verdict = judged[node]!;
    if (!('to' in verdict)) return ownBlock(key, verdict) ?? blockers[node];
    if (!isNamed(node)) return { key, why: 'is not named' };
    return blockers[node] === undefined || forced.has(key) ? undefined : { key, why: 'is itself left' };
  };
  for (let node = nodes.length - 1; node >= 0; node -= 1) {
    for (const dependent of dependents[node]!) {
      blockers[node] ??= through(dependent);
      if (blockers[node] !== undefined) break;
    }
  }
  return blockers;
};

const ownBlock = (key: string, { reason }: Kept): Blocker | undefined => {
  if (reason === 'OutcomeUnknown') return { key, why: 'is UNKNOWN' };
  return reason === 'StillRuns' ? { key, why: 'has not ended' } : undefined;
};

const stranded = ({ key, why }: Blocker): Kept => ({
  reason: 'DependentNotRolledBack',
  message: `${key} depends on it and ${why}. To roll it back anyway, name it with force.`,
});

const memberOf = (
  { key, now }: UndoNode,
  { to, of, expects }: Undoing,
): Omit<RollbackMember, 'waits_for' | 'forced'> => {
  const last = of.at(-1)!;
  return {
    key,
    target: last.target,
    from: (expects !== undefined && now?.state !== 'changing' ? now?.version : undefined) ?? last.version,
    to,
    of: of.map(({ batch_id, index }) => ({ batch_id, index })),
    ...(expects === undefined ? {} : { expects }),
  };
};

const leftOf = ({ key, done }: UndoNode, { reason, message }: Kept): Left => {
  const { target, version } = done.findLast(({ effect }) => effect !== 'nothing') ?? done[0]!;
  return { key, target, reason, message, version };
};
