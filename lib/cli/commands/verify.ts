import { type Anchor, fingerprintOf } from '../../domain/record/anchor.ts';
import { type AnchorsEnd, checkAnchors, endOf } from '../../domain/record/check-anchors.ts';
import { type CheckedBatch, checkBatch, type Proof } from '../../domain/record/check-batch.ts';
import type { Finding } from '../../domain/record/finding.ts';
import type { ApiClient } from '../api-client.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { wholeId } from '../meant-batch.ts';
import { readBatches } from '../read-batches.ts';
import { anchorsIn, readAnchors, readRecorded } from '../read-record.ts';

export interface VerifyOptions {
  /** Fingerprints of the keys that may have signed. */
  readonly key?: readonly string[];
  /** The end of the anchors, printed by an earlier check. */
  readonly end?: AnchorsEnd;
  /** A folder to read the anchors from, instead of the server. */
  readonly anchors?: string;
}

/** The check's result; --json prints it unchanged. */
export interface Verified {
  readonly anchors: {
    readonly count: number;
    /** Keep it elsewhere, for `--end` of a later check. */
    readonly end?: AnchorsEnd | undefined;
    /** Fingerprints of the keys that have signed. */
    readonly keys: readonly string[];
  };
  readonly batches: readonly Omit<CheckedBatch, 'findings'>[];
  readonly findings: readonly Finding[];
}

/**
 * Checks batches against their chains and the anchors. Exit status 1 if anything was changed, or could not be checked.
 */
export const verify = async (context: CommandContext, options: VerifyOptions, named?: string): Promise<ExitStatus> => {
  const wanted = named === undefined ? undefined : await wholeId(context.client, named);
  const verified = await verifyRecord(context, options, wanted);
  print(context, verified, verifiedLines(verified, options));
  return isWell(verified) ? exitStatus.done : exitStatus.failed;
};

/** Whether nothing was found, and everything was checked. */
export const isWell = ({ findings, batches }: Verified): boolean =>
  findings.length === 0 && batches.every(({ proof }) => proof !== 'withheld');

/** For one batch, or for all. */
export const verifyRecord = async (
  context: CommandContext,
  options: VerifyOptions,
  wanted: string | undefined,
): Promise<Verified> => {
  const { client, directory } = context;
  // Anchors first: a batch that ends meanwhile then has an anchor too many, not an event too few.
  const anchors = options.anchors === undefined ? await readAnchors(client) : anchorsIn(directory, options.anchors);
  // Says so if the caller may not see the whole record, instead of reporting the rest as missing.
  if (options.anchors !== undefined) await client.ask('/anchors?limit=1');
  const batches = await checkBatches(context, anchors, wanted);
  const { key: keys = [], end } = options;
  return {
    anchors: {
      count: anchors.length,
      end: endOf(anchors),
      keys: [...new Set(anchors.map(({ public_key }) => fingerprintOf(public_key)))],
    },
    batches: batches.map(({ findings: _, ...batch }) => batch),
    findings: [...checkAnchors(anchors, { keys, end }), ...batches.flatMap(({ findings }) => findings)],
  };
};

const checkBatches = async (
  { client, clock }: CommandContext,
  anchors: readonly Anchor[],
  wanted: string | undefined,
): Promise<readonly CheckedBatch[]> => {
  const anchored = Map.groupBy(anchors, ({ batch_id }) => batch_id);
  const ids = wanted === undefined ? new Set([...(await idsOf(client)), ...anchored.keys()]) : [wanted];
  const checked: CheckedBatch[] = [];
  for (const id of [...ids].sort()) {
    const recorded = { ...(await readRecorded(client, id)), anchors: anchored.get(id) ?? [] };
    if (!recorded.exists && recorded.anchors.length === 0)
      throw new CommandFailure(exitStatus.notFound, [`There is no batch ${id}, and no anchor for one.`]);
    checked.push(checkBatch(recorded, { now: clock.now(), begun: anchors[0]?.at }));
  }
  return checked;
};

const idsOf = async (client: ApiClient): Promise<readonly string[]> =>
  (await readBatches(client, { limit: Number.POSITIVE_INFINITY })).batches.map(({ batch_id }) => batch_id);

const meanings: readonly (readonly [Proof, string])[] = [
  ['proved', 'Proved, by the chain and an anchor'],
  ['pending', 'Ended, and not anchored yet; ask again in some minutes'],
  ['open', 'Still at work: the chain is whole, and no anchor confirms its end'],
  ['unanchored', 'Ended before there were anchors: the chain is whole, and that is all that is known'],
  ['withheld', 'Not looked at as a whole, because lines of logs were left out (a token with the scope logs sees all)'],
  ['expired', 'Not kept any more, so nothing of it could be looked at (retention_days)'],
  ['broken', 'Not as it was written'],
];

export const verifiedLines = (
  { anchors, batches, findings }: Verified,
  { key: known = [] }: VerifyOptions,
): readonly string[] => [
  ...findings.map(
    ({ reason, batch_id, message }) => `${reason}${batch_id === undefined ? '' : ` ${batch_id}`}: ${message}`,
  ),
  ...meanings.flatMap(([proof, meaning]) => {
    const count = batches.filter((batch) => batch.proof === proof).length;
    return count === 0 ? [] : [`${meaning}: ${count} of ${batches.length}.`];
  }),
  ...(batches.length === 0 ? ['There are no batches yet.'] : []),
  ...endLines(anchors, known.length > 0),
];

const endLines = ({ count, end, keys }: Verified['anchors'], keysAreKnown: boolean): readonly string[] =>
  end === undefined
    ? ['There are no anchors, so a writer of the record could have rewritten it.']
    : [
        `Anchors: ${count}, the last is ${end.sequence}:${end.hash}`,
        ...keys.map(
          (key) => `Signed by the key ${key}${keysAreKnown ? '' : ', which was compared with nothing (--key)'}`,
        ),
      ];
