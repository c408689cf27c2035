import type { Waiting } from '../../../lib/domain/schedule/waiting.ts';
import type { StillGroup, StuckCause } from '../../../lib/domain/stuck/still.ts';
import { inFlightBefore } from '../../../lib/domain/stuck/stuck.ts';

export const own = '01M7Z82VGHV3GT6X1EMB454VBS';
export const other = '01M7Z82VGHV3GT6X1EMB454VBT';
export const since = Date.UTC(2026, 10, 30, 3);

const lock = (status: 'PROCESSING' | 'UNKNOWN' | 'PENDING'): Waiting => ({
  ...{ kind: 'lock', name: 'deployment risk/cva on eu-1', locks: ['/eu-1/risk/deployment/cva'], status },
  ...{ batch_id: other, key: 'risk/cva' },
});
const held = (
  kind: 'executor' | 'cluster',
  why: 'person' | 'proceed' | 'unreadable' | 'cluster-unavailable',
): Waiting => ({
  ...{ kind, why, name: kind === 'executor' ? 'harness:acme' : 'eu-1', since: new Date(since).toISOString() },
  ...{ asked: 'the run', answered: '503', next: 'It is asked again.', url: 'https://harness.test/run/1' },
});
const pause: Waiting = {
  ...{ kind: 'hold', id: 'H1', name: 'environment uat', reason: 'audit', by: 'mona' },
  since: new Date(since).toISOString(),
};
const circuit = { ...pause, until: '2026-11-30T03:02:00.000Z', circuit: { opened: 2, seen: '503' } } as const;

export interface ToldCase {
  readonly cause: StuckCause;
  readonly waits_for: Waiting | string;
  readonly count?: number;
  readonly message: string;
  readonly who: string;
  readonly command?: string;
}

/** One of each cause, with its sentence, who can act, and the command to use. */
export const toldCases: readonly ToldCase[] = [
  {
    cause: 'unknown',
    waits_for: 'somebody who says how it ended',
    count: 2,
    message: 'The outcome of 2 deployments is not known. Check, then resolve.',
    who: 'a person who may resolve risk in uat',
    command: `flotilla resolve ${own} --all`,
  },
  {
    cause: 'unknown-elsewhere',
    waits_for: lock('UNKNOWN'),
    message: `1 deployment waits for risk/cva of batch ${other}, which is UNKNOWN. Until that is resolved, it is skipped when the turn comes.`,
    who: 'a person who may resolve risk in uat',
    command: `flotilla resolve ${other} --all`,
  },
  {
    cause: 'person',
    waits_for: held('executor', 'person'),
    message: '1 deployment in flight waits for a person in the executor (503).',
    who: 'a person in Harness',
  },
  {
    cause: 'proceed',
    waits_for: held('executor', 'proceed'),
    message: '1 deployment waits for a person to let it continue (503).',
    who: 'a person who may resolve risk in uat',
    command: `flotilla proceed ${own} risk/service-0`,
  },
  {
    cause: 'hold',
    waits_for: pause,
    message: '1 deployment waits, held with environment uat: audit.',
    who: 'anyone who may hold environment uat',
    command: 'flotilla resume H1',
  },
  {
    cause: 'circuit',
    waits_for: circuit,
    count: 2,
    message:
      '2 deployments wait, held because environment uat did not answer: 503. It ends by itself at 2026-11-30T03:02:00.000Z.',
    who: 'the owner of environment uat; Flotilla retries by itself',
  },
  {
    cause: 'executor',
    waits_for: held('executor', 'unreadable'),
    message:
      '1 deployment in flight is held up by executor harness:acme. Requested: the run. Answer: 503. It is asked again.',
    who: 'the owner of executor harness:acme; Flotilla continues by itself when it answers',
  },
  {
    cause: 'cluster',
    waits_for: held('cluster', 'cluster-unavailable'),
    count: 2,
    message: '2 deployments in flight are held up by cluster eu-1. Requested: the run. Answer: 503. It is asked again.',
    who: 'the owner of cluster eu-1; Flotilla continues by itself when it answers',
  },
  {
    cause: 'lock',
    waits_for: lock('PROCESSING'),
    message: `1 deployment waits for risk/cva of batch ${other}.`,
    who: 'nobody: it continues when that ends',
    command: `flotilla status ${other}`,
  },
  {
    cause: 'lock',
    waits_for: lock('PROCESSING'),
    count: 2,
    message: `2 deployments wait for batch ${other}.`,
    who: 'nobody: it continues when that ends',
    command: `flotilla status ${other}`,
  },
  {
    cause: 'limit',
    waits_for: { kind: 'limit', name: 'environment:uat', limit: 5, in_flight: 5 },
    count: 7,
    message: '7 deployments wait for room: 5 of 5 are in flight in environment uat, including those of other batches.',
    who: 'nobody: it continues when one of them ends',
    command: 'flotilla list',
  },
  {
    cause: 'rollback',
    waits_for: inFlightBefore,
    count: 0,
    message: 'The rollback begins when everything in flight has ended.',
    who: 'anyone who may cancel the batch, which stops what is in flight',
    command: `flotilla cancel ${own}`,
  },
  {
    cause: 'rollback',
    waits_for: `its rollback, batch ${other}`,
    count: 0,
    message: `The batch waits for its rollback, batch ${other}, which has not moved since.`,
    who: 'the people who can act on that batch',
    command: `flotilla status ${other}`,
  },
  {
    cause: 'plan',
    waits_for: 'the plan',
    count: 0,
    message: 'The batch has no plan yet.',
    who: 'the operators of Flotilla',
  },
  {
    cause: 'dispatcher',
    waits_for: 'the next decision',
    message: 'Turns could be given, but nothing has been decided since.',
    who: 'the operators of Flotilla',
  },
  {
    cause: 'watcher',
    waits_for: 'the watcher cluster:eu-1',
    message: 'Nothing has watched what is in flight since then.',
    who: 'the operators of Flotilla',
  },
  {
    cause: 'execution',
    waits_for: 'its execution',
    message: 'A turn was given, but the execution of the deployment has not continued.',
    who: 'the operators of Flotilla',
  },
];

export const groupOf = ({ cause, waits_for, count = 1 }: ToldCase): StillGroup & { readonly since: number } => ({
  ...{ cause, waits_for, since, count, holders: [] },
  keys: Array.from({ length: count }, (_, at) => `risk/service-${at}`),
  places: [{ pillar: 'risk', environment: 'uat' }],
});
