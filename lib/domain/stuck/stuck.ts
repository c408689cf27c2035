import { counted } from '../counted.ts';
import { describePlaces } from '../grants/reach.ts';
import type { Waiting } from '../schedule/waiting.ts';
import type { StillGroup, StuckCause } from './still.ts';

/** What does not move, and what can be done about it. */
export interface Stuck {
  /** A short name of the cause. */
  readonly what: StuckCause;
  readonly message: string;
  readonly waits_for: Waiting | string;
  /** ISO 8601. */
  readonly since: string;
  /** How many deployments; 0 for the batch itself. */
  readonly count: number;
  /** The first of them. */
  readonly keys: readonly string[];
  /** Who can act. */
  readonly who: string;
  /** The command that fixes it, or shows more if waiting is all that helps. Absent if the fix is elsewhere. */
  readonly command?: string;
}

/** What is known besides the group. */
export interface StuckAbout {
  readonly batch_id: string;
  readonly submitted_by: string;
  /** Environments in which a different person than the submitter must resolve. */
  readonly secondPerson: ReadonlySet<string>;
}

interface Told {
  readonly message: string;
  readonly who: string;
  readonly command?: string;
}

/** `since` must be known. Uses only what the caller may see: hidden parts are already removed from the group. */
export const tellStuck = (group: StillGroup & { readonly since: number }, about: StuckAbout): Stuck => {
  const { message, who, command } = tell[group.cause](group, about);
  return {
    what: group.cause,
    message,
    waits_for: group.waits_for,
    since: new Date(group.since).toISOString(),
    count: group.count,
    keys: group.keys,
    who,
    ...(command === undefined ? {} : { command }),
  };
};

const waiting = <Kind extends Waiting['kind']>({ waits_for }: StillGroup, kind: Kind) =>
  typeof waits_for !== 'string' && waits_for.kind === kind
    ? (waits_for as Extract<Waiting, { readonly kind: Kind }>)
    : undefined;

/** Held up by its executor or its cluster. */
const heldIn = ({ waits_for }: StillGroup) =>
  typeof waits_for !== 'string' && 'next' in waits_for ? waits_for : undefined;

const statusOf = (batchId: string | undefined): Pick<Told, 'command'> =>
  batchId === undefined ? {} : { command: `flotilla status ${batchId}` };

const resolveAll = (batchId: string | undefined): Pick<Told, 'command'> =>
  batchId === undefined ? {} : { command: `flotilla resolve ${batchId} --all` };

const them = ({ count }: StillGroup): string => counted(count, 'deployment');

const waits = (group: StillGroup): string => `${them(group)} ${group.count === 1 ? 'waits' : 'wait'}`;

const holderOf = (group: StillGroup): string => {
  const { batch_id, key } = waiting(group, 'lock') ?? {};
  if (batch_id === undefined) return 'another deployment';
  return group.count === 1 && key !== undefined ? `${key} of batch ${batch_id}` : `batch ${batch_id}`;
};

const unknown = (group: StillGroup, about: StuckAbout): Told => ({
  message: `The outcome of ${them(group)} is not known. Check, then resolve.`,
  who: whoResolves(group, about),
  ...resolveAll(about.batch_id),
});

const whoResolves = ({ places }: StillGroup, { submitted_by, secondPerson }: StuckAbout): string => {
  const needsSecond = places.some(({ environment }) => secondPerson.has(environment));
  const other = needsSecond ? `, and is not ${submitted_by}, who submitted the batch` : '';
  return `a person who may resolve ${describePlaces(places)}${other}`;
};

const unknownElsewhere = (group: StillGroup): Told => {
  const lock = waiting(group, 'lock');
  const pillar = lock?.key?.split('/')[0];
  const where = lock?.environment_id ?? group.places[0]?.environment;
  const place = pillar === undefined || where === undefined ? 'that deployment' : `${pillar} in ${where}`;
  const what = group.count === 1 ? 'it is' : 'they are';
  return {
    message: `${waits(group)} for ${holderOf(group)}, which is UNKNOWN. Until that is resolved, ${what} skipped when the turn comes.`,
    who: `a person who may resolve ${place}`,
    ...resolveAll(lock?.batch_id),
  };
};

const person = (group: StillGroup): Told => {
  const held = heldIn(group);
  const said = held?.answered === undefined ? '' : ` (${held.answered})`;
  return {
    message: `${them(group)} in flight ${group.count === 1 ? 'waits' : 'wait'} for a person in the executor${said}.`,
    who: `a person in ${executorWord(held?.name)}`,
  };
};

const proceed = (group: StillGroup, about: StuckAbout): Told => {
  const held = heldIn(group);
  // If there are several, each is at a different point.
  const said = group.count > 1 || held?.answered === undefined ? '' : ` (${held.answered})`;
  const [key] = group.keys;
  const which = group.count === 1 && key !== undefined ? key : '--all';
  return {
    message: `${waits(group)} for a person to let ${group.count === 1 ? 'it' : 'them'} continue${said}.`,
    who: whoResolves(group, about),
    command: `flotilla proceed ${about.batch_id} ${which}`,
  };
};

/** Accounts are named `harness:acme`. */
const executorWord = (account = 'the executor'): string => {
  const [kind = ''] = account.split(':');
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
};

/** `next` is a sentence of its own. */
const outside =
  (what: 'executor' | 'cluster') =>
  (group: StillGroup): Told => {
    const held = heldIn(group);
    const asked = held?.asked === undefined ? '' : ` Requested: ${held.asked}. Answer: ${held.answered}.`;
    return {
      message: `${them(group)} in flight ${group.count === 1 ? 'is' : 'are'} held up by ${what} ${held?.name}.${asked} ${held?.next}`,
      who: `the owner of ${what} ${held?.name}; Flotilla continues by itself when it answers`,
    };
  };

const lock = (group: StillGroup): Told => ({
  message: `${waits(group)} for ${holderOf(group)}.`,
  who: 'nobody: it continues when that ends',
  ...statusOf(waiting(group, 'lock')?.batch_id),
});

const limit = (group: StillGroup): Told => {
  const { name = '', limit = 0, in_flight = 0 } = waiting(group, 'limit') ?? {};
  const [kind, ...rest] = name.split(':');
  return {
    message: `${waits(group)} for room: ${in_flight} of ${limit} are in flight in ${kind} ${rest.join(':')}, including those of other batches.`,
    who: 'nobody: it continues when one of them ends',
    command: 'flotilla list',
  };
};

/** For what is still in flight in a batch that will then be rolled back. */
export const inFlightBefore = 'what is in flight';

const rollback = ({ waits_for }: StillGroup, { batch_id }: StuckAbout): Told => {
  if (waits_for === inFlightBefore) {
    return {
      message: 'The rollback begins when everything in flight has ended.',
      who: 'anyone who may cancel the batch, which stops what is in flight',
      command: `flotilla cancel ${batch_id}`,
    };
  }
  const other = typeof waits_for === 'string' ? / batch (\w+)/.exec(waits_for)?.[1] : undefined;
  return {
    message: `The batch waits for ${waits_for}, which has not moved since.`,
    who: 'the people who can act on that batch',
    ...statusOf(other),
  };
};

const ours = (message: string) => (): Told => ({ message, who: 'the operators of Flotilla' });

const heldBy = (group: StillGroup): string => {
  const { name = '', reason = '', circuit } = waiting(group, 'hold') ?? {};
  return circuit === undefined ? `with ${name}: ${reason}` : `because ${name} did not answer: ${circuit.seen}`;
};

const hold = (group: StillGroup): Told => {
  const held = waiting(group, 'hold');
  return {
    message: `${waits(group)}, held ${heldBy(group)}${endOf(held?.until)}`,
    who: `anyone who may hold ${held?.name}`,
    ...(held === undefined ? {} : { command: `flotilla resume ${held.id}` }),
  };
};

const endOf = (until: string | undefined): string => (until === undefined ? '.' : `. It ends by itself at ${until}.`);

const circuit = (group: StillGroup): Told => {
  const held = waiting(group, 'hold');
  return {
    message: `${waits(group)}, held ${heldBy(group)}${endOf(held?.until)}`,
    who: `the owner of ${held?.name}; Flotilla retries by itself`,
  };
};

/** One row per cause. */
const tell: Readonly<Record<StuckCause, (group: StillGroup, about: StuckAbout) => Told>> = {
  unknown,
  'unknown-elsewhere': unknownElsewhere,
  person,
  proceed,
  hold,
  circuit,
  executor: outside('executor'),
  cluster: outside('cluster'),
  lock,
  limit,
  rollback,
  plan: ours('The batch has no plan yet.'),
  dispatcher: ours('Turns could be given, but nothing has been decided since.'),
  watcher: ours('Nothing has watched what is in flight since then.'),
  execution: ours('A turn was given, but the execution of the deployment has not continued.'),
};
