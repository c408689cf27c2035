import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { JsonObject } from '../../lib/domain/json.ts';

/** A file of cases: an object, and a system's verdict on it. Or the recording of a cluster, without any verdict. */

const answer = z.union([
  z.looseObject({ done: z.boolean() }),
  z.looseObject({ ready: z.boolean() }),
  z.looseObject({ status: z.string().nullable() }),
]);
const objectSchema = z.custom<JsonObject>((value) => z.record(z.string(), z.unknown()).safeParse(value).success);
const caseSchema = z.looseObject({
  name: z.string(),
  object: objectSchema,
  expected: answer,
  newReplicaSet: objectSchema.optional(),
});
const fileSchema = z.union([
  z.looseObject({ cases: z.array(caseSchema) }),
  z.looseObject({ events: z.array(z.looseObject({ object: objectSchema })) }),
]);

export type UpstreamCase = z.infer<typeof caseSchema>;

export class WrongFile extends Error {}

/** A placeholder for the moment of the check in a case that depends on it. */
const relative = '$NOW';

/** The cases of a file; `recording` says that it holds the events of a cluster instead. Throws WrongFile. */
export function readVerdictCases(
  path: string,
  now: number,
): { readonly cases: readonly UpstreamCase[]; readonly recording: boolean } {
  const content = fileSchema.safeParse(parsed(path, now));
  if (!content.success) throw new WrongFile(`${path} has neither cases nor events: ${z.prettifyError(content.error)}`);
  return 'cases' in content.data
    ? { cases: content.data.cases as readonly UpstreamCase[], recording: false }
    : { cases: [], recording: true };
}

const parsed = (path: string, now: number): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8').replaceAll(relative, new Date(now).toISOString()));
  } catch (error) {
    throw new WrongFile(`${path} cannot be read: ${(error as Error).message.split('\n', 1).join()}`);
  }
};
