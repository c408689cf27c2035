import type { Deployment } from '../batch/batch.ts';
import type { Status } from '../deployment/status.ts';
import { askedFor } from '../plan/action.ts';
import type { Replay } from '../plan/plan.ts';
import type { Place } from '../schedule/place.ts';
import { endedStanding } from '../targets/ended-standing.ts';
import { expectedOf } from '../targets/superseded.ts';
import type { TargetRow } from '../targets/target-row.ts';
import { describeNow, hasChangedSince, stillStands } from './now-of-retry.ts';

/** A deployment of the batch to retry, as last tried by the batch or one of its retries. */
export interface Tried {
  /** With the version that was last tried, and its dependencies in the batch. */
  readonly deployment: Deployment;
  /** Every try, first to last. */
  readonly places: readonly Place[];
  readonly status: Status;
  readonly reason: string;
  /** The batch that tried it last. */
  readonly batch_id: string;
  /**
   * When the first try ended, in milliseconds since 1970. Anything that others changed there later is newer, even where
   * a later try left it.
   */
  readonly ended_at: number;
}

/** What is asked, and what is known. */
export interface Question {
  /** In file order. */
  readonly tried: readonly Tried[];
  /** The requested keys. */
  readonly asked: ReadonlySet<string>;
  /** The keys were named explicitly: then a success is reported as one. */
  readonly isNamed: boolean;
  /** Other versions, by key. */
  readonly versions?: ReadonlyMap<string, string> | undefined;
  /** NOW of its target. */
  readonly now: ReadonlyMap<string, TargetRow>;
  /** The batch, its retries, and their rollbacks: what these have left is to be retried. */
  readonly ours: ReadonlySet<string>;
  /** An UNKNOWN holder of its lock, in words. */
  readonly unknownHolder: ReadonlyMap<string, string>;
  /** Whether the caller may see it. */
  readonly sees: (key: string) => boolean;
}

/** What is retried, ready to plan: with `replay`, and dependencies among what is retried. */
export interface RetryMember extends Pick<Tried, 'status' | 'reason' | 'batch_id'> {
  readonly deployment: Deployment & { readonly replay: Replay };
}

export type LeftOutReason =
  | 'Succeeded'
  | 'OutcomeUnknown'
  | 'DependencyUnknown'
  | 'TargetUnknown'
  | 'DependencyTargetUnknown'
  | 'Superseded';

/** What is not retried, and why. */
export interface LeftOut {
  readonly key: string;
  readonly reason: LeftOutReason;
  readonly message: string;
}

export interface RetryPlan {
  /** In file order. */
  readonly members: readonly RetryMember[];
  readonly left: readonly LeftOut[];
  readonly warnings: readonly string[];
}

/** What may be retried: anything that did not succeed and was not seen running; never a success. */
export const isNotGood = (status: Status): boolean => status !== 'SUCCESS' && status !== 'UNKNOWN';

/**
 * What a decision about these keys depends on: the keys, what they depend on through failures, and the successes before
 * those.
 */
export const restsOn = (tried: readonly Tried[], asked: ReadonlySet<string>): readonly Tried[] => {
  const byKey = new Map(tried.map((one) => [one.deployment.key, one]));
  const found = new Set<string>();
  const stack = tried.filter(({ status, deployment: { key } }) => asked.has(key) && isNotGood(status));
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (found.has(one.deployment.key)) continue;
    found.add(one.deployment.key);
    if (isNotGood(one.status)) stack.push(...one.deployment.dependencies.map((key) => byKey.get(key)!));
  }
  return tried.filter(({ deployment }) => found.has(deployment.key));
};

/** Decides what of a batch is retried, in which order, and what is left out and why. */
export const planRetry = (question: Question): RetryPlan => {
  const { tried, sees } = question;
  const family = new Family(question);
  const asked = tried.filter(({ deployment: { key } }) => sees(key) && question.asked.has(key));
  const left = asked.flatMap((one) => family.whyLeft(one) ?? []);
  const leftKeys = new Set(left.map(({ key }) => key));
  const again = asked.filter(({ status, deployment: { key } }) => isNotGood(status) && !leftKeys.has(key));
  const keys = new Set(again.map(({ deployment }) => deployment.key));
  return {
    members: again.map((one) => memberOf(one, question, family.before(one, keys))),
    left,
    warnings: again.flatMap((one) => family.warnings(one, keys)),
  };
};

const memberOf = (
  { deployment, places, status, reason, batch_id }: Tried,
  { versions, now }: Question,
  dependencies: readonly string[],
): RetryMember => {
  const { key, docker_image_version } = deployment;
  const last = endedStanding(now.get(key));
  const replay: Replay = {
    kind: 'retry',
    of: places,
    ...(last === undefined ? {} : { expects: expectedOf(last) }),
  };
  const version = versions?.get(key) ?? docker_image_version;
  return {
    ...{ status, reason, batch_id },
    deployment: { ...deployment, docker_image_version: version, dependencies, replay },
  };
};

/** An UNKNOWN that would block a retry. */
interface Unknown {
  readonly key: string;
  /** The UNKNOWN holder of its lock; absent: it is UNKNOWN itself. */
  readonly holder?: string;
}

const anotherOne = 'a deployment that you may not see';

/** The relations between a batch's deployments. */
class Family {
  readonly #question: Question;
  readonly #byKey: ReadonlyMap<string, Tried>;
  readonly #places: ReadonlyMap<string, number>;
  readonly #unknown = new Map<string, Unknown | undefined>();
  readonly #before = new Map<string, readonly string[]>();

  constructor(question: Question) {
    this.#question = question;
    this.#byKey = new Map(question.tried.map((one) => [one.deployment.key, one]));
    this.#places = new Map(question.tried.map(({ deployment }, place) => [deployment.key, place]));
  }

  whyLeft(one: Tried): LeftOut | undefined {
    const { key } = one.deployment;
    if (one.status === 'SUCCESS') {
      const message = `${key} succeeded; successful deployments are not run again.`;
      return this.#question.isNamed ? { key, reason: 'Succeeded', message } : undefined;
    }
    const unknown = this.#unknownBefore(key);
    if (unknown !== undefined) return this.#leftUnknown(key, unknown);
    const now = this.#supersededBy(one);
    if (now === undefined) return undefined;
    return { key, reason: 'Superseded', message: `Its target was changed since: ${describeNow(now)}.` };
  }

  #leftUnknown(key: string, { key: root, holder }: Unknown): LeftOut {
    if (holder !== undefined) {
      const held = `${this.#shown(root)} has a lock held by ${holder}, which is UNKNOWN: resolve that first`;
      if (key === root) return { key, reason: 'TargetUnknown', message: `${held}.` };
      return { key, reason: 'DependencyTargetUnknown', message: `It depends on ${this.#shown(root)}; ${held}.` };
    }
    const batch_id = this.#byKey.get(root)!.batch_id;
    const resolve = `find out what runs, then resolve it: flotilla resolve ${batch_id} ${root}`;
    if (key === root) return { key, reason: 'OutcomeUnknown', message: `Its outcome is not known; ${resolve}.` };
    const why = this.#question.sees(root) ? `, which is UNKNOWN; ${resolve}` : ', which is UNKNOWN';
    return { key, reason: 'DependencyUnknown', message: `It depends on ${this.#shown(root)}${why}.` };
  }

  #shown(key: string): string {
    return this.#question.sees(key) ? key : anotherOne;
  }

  #supersededBy({ deployment, ended_at }: Tried): TargetRow | undefined {
    const now = this.#question.now.get(deployment.key);
    return now !== undefined && hasChangedSince(now, { ours: this.#question.ours, ended_at }) ? now : undefined;
  }

  /**
   * Itself, or the first UNKNOWN that it depends on through failures. Without recursion: chains can be as long as
   * batches.
   */
  #unknownBefore(key: string): Unknown | undefined {
    const stack = [key];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const waiting = this.#unknown.has(top) ? [] : this.#hangsOn(top).filter((one) => !this.#unknown.has(one));
      if (waiting.length > 0) stack.push(...waiting);
      else {
        if (!this.#unknown.has(top)) this.#unknown.set(top, this.#ownUnknown(top) ?? this.#firstUnknown(top));
        stack.pop();
      }
    }
    return this.#unknown.get(key);
  }

  #firstUnknown(key: string): Unknown | undefined {
    for (const one of this.#hangsOn(key)) {
      const unknown = this.#unknown.get(one);
      if (unknown !== undefined) return unknown;
    }
    return undefined;
  }

  #ownUnknown(key: string): Unknown | undefined {
    const { status } = this.#byKey.get(key)!;
    if (status === 'SUCCESS') return undefined;
    if (status === 'UNKNOWN') return { key };
    const holder = this.#question.unknownHolder.get(key);
    return holder === undefined ? undefined : { key, holder };
  }

  /** Dependencies that succeeded, or were taken over by somebody else, block nobody. */
  #hangsOn(key: string): readonly string[] {
    const one = this.#byKey.get(key)!;
    if (one.status === 'SUCCESS' || one.status === 'UNKNOWN' || this.#supersededBy(one) !== undefined) return [];
    return one.deployment.dependencies;
  }

  /** The members before it, through whatever is not retried. In file order. */
  before({ deployment: { key } }: Tried, members: ReadonlySet<string>): readonly string[] {
    const stack = [key];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const through = this.#byKey.get(top)!.deployment.dependencies.filter((one) => !members.has(one));
      const waiting = this.#before.has(top) ? [] : through.filter((one) => !this.#before.has(one));
      if (waiting.length > 0) stack.push(...waiting);
      else {
        if (!this.#before.has(top)) this.#before.set(top, this.#contracted(top, members));
        stack.pop();
      }
    }
    return this.#before.get(key)!;
  }

  #contracted(key: string, members: ReadonlySet<string>): readonly string[] {
    const found = new Set<string>();
    for (const one of this.#byKey.get(key)!.deployment.dependencies) {
      if (members.has(one)) found.add(one);
      else for (const further of this.#before.get(one)!) found.add(further);
    }
    return [...found].sort((a, b) => this.#places.get(a)! - this.#places.get(b)!);
  }

  /** A dependency that is not retried counts only while its target still runs what succeeded. */
  warnings({ deployment: { key, dependencies } }: Tried, members: ReadonlySet<string>): readonly string[] {
    return dependencies
      .filter((one) => !members.has(one))
      .flatMap((one) => {
        const why = this.#sees(one) ? this.#notCounted(one) : this.#notCountedUnseen(one);
        return why === undefined ? [] : [`${key} depends on ${this.#shown(one)}, ${why}`];
      });
  }

  #sees(key: string): boolean {
    return this.#question.sees(key);
  }

  #notCounted(key: string): string | undefined {
    const { status, deployment, batch_id } = this.#byKey.get(key)!;
    const now = this.#question.now.get(key);
    if (status !== 'SUCCESS') return `which is ${status} and is not retried here`;
    if (stillStands(now, deployment)) return undefined;
    const then = `which succeeded in batch ${batch_id} with ${askedFor(deployment, deployment.docker_image_version)}`;
    return `${then}; ${now === undefined ? 'what runs there now is not recorded' : describeNow(now)}`;
  }

  #notCountedUnseen(key: string): string | undefined {
    return this.#notCounted(key) === undefined ? undefined : 'which does not run as it did when it succeeded';
  }
}
