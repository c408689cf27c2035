import type { Batch } from '../../domain/batch/batch.ts';
import type { Origin } from '../../domain/batch/origin.ts';
import { counted } from '../../domain/counted.ts';
import { isFlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { marksAtSubmit, markWrite, mostMarksAtSubmit } from '../../domain/record/batch-marks.ts';
import { changeHeader } from '../../domain/record/change.ts';
import { documentPaths, keys } from '../../domain/record/keys.ts';
import { type HeaderRow, itemOf } from '../../domain/record/rows.ts';
import type { Deps } from '../deps.ts';
import { keptReach } from '../grants/seen-batch.ts';
import { storeManifests } from '../manifests/store-manifests.ts';

type Needs = Pick<Deps, 'documents' | 'clock' | 'ids'>;

interface Opening {
  readonly batch: Batch;
  /** The text that `source` returns. */
  readonly text: string;
  /** The manifests its deployments apply, by SHA-256, unless they are stored already. */
  readonly manifests?: ReadonlyMap<string, { readonly text: string }> | undefined;
  readonly actor: string;
  /** The actor's name, if there is one. */
  readonly actorName?: string | undefined;
  readonly warnings?: readonly string[];
  readonly origin?: Origin | undefined;
  /** The id already given out, if there is one; else a new one is made. */
  readonly batchId?: string;
}

export interface Opened {
  readonly header: HeaderRow;
  /**
   * Header, event and lists. The batch is accepted with the transaction that writes these. Start its execution after
   * that.
   */
  readonly writes: readonly Write[];
}

/** A table item holds 400 KB. The plan shows all warnings. */
const MAX_STORED_WARNINGS = 50;

/** Stores a new batch's documents and makes its rows. The caller writes them together with its own. */
export const openBatch = async (deps: Needs, opening: Opening): Promise<Opened> => {
  const header = newHeader(deps, opening);
  await storeManifests(deps, opening.manifests ?? new Map());
  await deps.documents.put(documentPaths.source(header.batch_id), opening.text);
  await deps.documents.put(documentPaths.batch(header.batch_id), JSON.stringify(opening.batch));
  const change = changeHeader(header, told(header.total), {
    at: header.created_at,
    actor: opening.actor,
    ...detailOf(header),
  });
  return { header: change.row, writes: [...change.writes, ...indexWrites(change.row, opening.batch)] };
};

/** Lets the author of a request find the batch that it became. */
const detailOf = ({ origin }: HeaderRow) =>
  origin?.request === undefined || origin.identifier === undefined
    ? {}
    : { detail: { request_id: origin.request, identifier: origin.identifier } };

const told = (total: number) => ({
  status: 'PENDING' as const,
  reason: 'Submitted',
  message: `Accepted with ${counted(total, 'deployment')}.`,
});

const newHeader = (deps: Needs, { batch, actor, actorName, warnings = [], origin, batchId }: Opening): HeaderRow => {
  const at = deps.clock.now();
  const { name = 'Unnamed batch', ...metadata } = batch.metadata;
  return {
    ...told(batch.deployments.length),
    batch_id: batchId ?? deps.ids.next(),
    name,
    seq: 0,
    total: batch.deployments.length,
    submitted_by: actor,
    ...(actorName === undefined ? {} : { submitted_by_name: actorName }),
    warnings: storedWarnings(warnings),
    metadata,
    strategy: batch.strategy,
    ...keptReach(batch.deployments),
    ...(origin === undefined ? {} : { origin }),
    created_at: at,
    updated_at: at,
  };
};

/** The first warnings, and how many more there are. */
export const storedWarnings = (warnings: readonly string[]): readonly string[] =>
  warnings.length <= MAX_STORED_WARNINGS
    ? warnings
    : [
        ...warnings.slice(0, MAX_STORED_WARNINGS),
        `and ${counted(warnings.length - MAX_STORED_WARNINGS, 'more warning')}`,
      ];

const indexWrites = (header: HeaderRow, { deployments }: Batch): Write[] => {
  const { batch_id, submitted_by, created_at } = header;
  const environments = deployments.map(({ environment_id }) => environment_id);
  const marks = marksAtSubmit(header, environments).slice(0, mostMarksAtSubmit);
  return [
    { put: itemOf(keys.listed(batch_id), { batch_id, created_at }) },
    { put: itemOf(keys.submitted(submitted_by, batch_id), { batch_id, created_at }) },
    { put: itemOf(keys.open(batch_id), { batch_id, created_at }) },
    ...marks.map((mark) => markWrite(header, mark)),
  ];
};

/** Whatever the workflow answers, the batch is accepted, and its caller must not send it again. */
export const startExecution = async ({ workflow }: Pick<Deps, 'workflow'>, batchId: string): Promise<void> => {
  try {
    await workflow.start('batch', batchId, { batch_id: batchId });
  } catch (error) {
    if (!isFlotillaError(error, 'WorkflowUnavailable') && !isFlotillaError(error, 'ExecutionExists')) throw error;
  }
};
