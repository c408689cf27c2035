import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { RolloutSettings, Workload } from '../../lib/domain/plan/plan.ts';
import type { WorkloadView } from '../../lib/domain/ports.ts';
import type { Expected } from '../../lib/domain/rollout/judgement.ts';
import { WrongFile } from './case.ts';

/** A file of sequences: the workload before, looks at the rollout, and the right verdicts for each. */

const object = z.record(z.string(), z.unknown());
const view = z.looseObject({
  workload: object.optional(),
  revisions: z.array(object).optional(),
  pods: z.array(object).optional(),
  events: z.array(object).optional(),
  watched: z.literal(true).optional(),
});
const pattern = z.string().optional();
const sequenceSchema = z.looseObject({
  title: z.string(),
  workload: z.looseObject({ kind: z.string(), name: z.string(), namespace: z.string() }),
  expected: z.looseObject({ version: z.string(), artifactType: z.string() }),
  settings: z.looseObject({}).optional(),
  /** Seconds after the first look (or the moment as text) when the attempt began. */
  since: z.union([z.number(), z.string()]).optional(),
  before: view.optional(),
  looks: z
    .array(
      z.looseObject({
        at: z.number(),
        view,
        right: z.looseObject({
          verdict: z.array(z.enum(['healthy', 'failing', 'waiting'])).min(1),
          reason: pattern,
          message: pattern,
          not_in_message: pattern,
          warning: pattern,
          why: z.string().optional(),
        }),
      }),
    )
    .min(1),
});

type Written = z.infer<typeof sequenceSchema>;
export type Right = Written['looks'][number]['right'];

export interface Sequence {
  readonly title: string;
  readonly workload: Workload;
  readonly expected: Expected;
  readonly settings?: RolloutSettings;
  readonly since?: number;
  readonly before: WorkloadView;
  readonly looks: readonly { readonly at: number; readonly view: WorkloadView; readonly right: Right }[];
}

/** The first look of every sequence. */
export const start = Date.parse('2026-01-15T09:00:00Z');

/** `@+12` in a text is the moment 12 seconds after the first look. */
const moment = (one: unknown): unknown =>
  typeof one === 'string' && /^@[+-]\d+$/.test(one)
    ? new Date(start + Number(one.slice(1)) * 1_000).toISOString()
    : one;

const viewOf = ({ workload, revisions = [], pods = [], events, watched }: z.infer<typeof view> = {}): WorkloadView => ({
  ...(workload !== undefined && { workload: workload as JsonObject }),
  revisions: revisions as JsonObject[],
  pods: pods as JsonObject[],
  ...(events !== undefined && { events: events as JsonObject[] }),
  ...(watched !== undefined && { watched }),
});

const sinceOf = (since: number | string): number =>
  typeof since === 'number' ? start + since * 1_000 : Date.parse(since);

function sequenceOf({ title, workload, expected, settings, since, before, looks }: Written): Sequence {
  return {
    ...{ title, workload: workload as unknown as Workload, expected: expected as unknown as Expected },
    ...(settings !== undefined && { settings: settings as RolloutSettings }),
    ...(since !== undefined && { since: sinceOf(since) }),
    before: viewOf(before),
    looks: looks.map((look) => ({ at: look.at, view: viewOf(look.view), right: look.right })),
  };
}

/** The sequences of a file: a list, or an object with the list under `sequences`. Throws WrongFile. */
export function readSequences(path: string): readonly Sequence[] {
  let written: unknown;
  try {
    written = JSON.parse(readFileSync(path, 'utf8'), (_, one) => moment(one));
  } catch (error) {
    throw new WrongFile(`${path} cannot be read: ${(error as Error).message.split('\n', 1).join()}`);
  }
  const list = z
    .union([z.array(sequenceSchema).min(1), z.looseObject({ sequences: z.array(sequenceSchema).min(1) })])
    .safeParse(written);
  if (!list.success) throw new WrongFile(`${path} has no sequences of looks: ${z.prettifyError(list.error)}`);
  return (Array.isArray(list.data) ? list.data : list.data.sequences).map(sequenceOf);
}
