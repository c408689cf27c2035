import { type Defaults, inLowerCase, withoutEmptySections } from './drafts.ts';
import { type FieldContext, type FieldFinding, fieldFindings } from './field-findings.ts';
import type { Finding } from './findings.ts';
import { issueCodes } from './issues.ts';
import { kindOfFile } from './kind-of-file.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { nearest } from './nearest.ts';
import type { OneList } from './one-list.ts';
import { type BatchFrame, batchFrameSchema, maxDeployments, writtenBatchSchema } from './schema.ts';

/** A batch without its items. */
export interface Frame {
  readonly findings: readonly Finding[];
  readonly defaults: Pick<Defaults, 'values' | 'spoilt'>;
  readonly entries: readonly unknown[];
  /** The findings say that the list is too long. */
  readonly isTooLong?: boolean;
  /** Present if everything except the items is valid. */
  readonly value?: BatchFrame;
}

const nothing: Mapping = {};

export const readFrame = ({ root, entries, problems }: OneList, context: FieldContext): Frame => {
  const other = otherKind(root);
  if (other !== undefined || !isMapping(root)) {
    return { findings: [notABatch(other)], defaults: { values: nothing, spoilt: new Set() }, entries: [] };
  }
  const result = batchFrameSchema.safeParse(writtenFrame(root));
  const ofFields = result.success
    ? strategyFindings(result.data, context)
    : neitherList(fieldFindings(result.error.issues, [], context));
  const findings = [...ofFields, ...problems];
  return {
    findings,
    defaults: readDefaults(root.defaults, ofFields),
    entries: entries.slice(0, maxDeployments),
    isTooLong: ofFields.some(({ path, code }) => path[0] === 'deployments' && code === issueCodes.OutOfRange),
    ...(result.success && findings.length === 0 ? { value: result.data } : {}),
  };
};

/** A batch needs one of its two lists; a misspelt `releases` counts. */
const neitherList = (findings: readonly FieldFinding[]): readonly FieldFinding[] =>
  findings.flatMap((finding) => {
    if (finding.code !== issueCodes.Missing || finding.path[0] !== 'deployments') return [finding];
    const message = 'is missing, and so is releases; a batch needs one of the two';
    return findings.some(({ means }) => means === 'releases') ? [] : [{ ...finding, describe: () => ({ message }) }];
  });

const writtenFrame = (root: Mapping): Mapping => {
  const { metadata, defaults, ...others } = withoutEmptySections(root);
  return {
    ...others,
    ...(metadata === undefined
      ? {}
      : { metadata: isMapping(metadata) ? withoutEmptySections(metadata, 'metadata.') : metadata }),
    ...(defaults === undefined
      ? {}
      : { defaults: isMapping(defaults) ? inLowerCase(withoutEmptySections(defaults, 'defaults.')) : defaults }),
  };
};

/** One sentence for a file that is something else, instead of a problem for each of its lines. */
const otherKind = (root: unknown): string | undefined => {
  const kind = kindOfFile(root);
  if (kind !== undefined || !isMapping(root)) return kind === 'a batch' ? undefined : kind;
  const written = Object.keys(root);
  const isOwn = (key: string): boolean => nearest(key, Object.keys(writtenBatchSchema.shape)) !== undefined;
  return written.length === 0 || written.some(isOwn) ? undefined : 'something else';
};

const notABatch = (kind: string | undefined): Finding => ({
  offset: 0,
  path: [],
  code: issueCodes.WrongType,
  describe: () => ({ message: `this is ${kind}, not a batch: a batch is a mapping with version and deployments` }),
});

const readDefaults = (written: unknown, findings: readonly FieldFinding[]): Frame['defaults'] => {
  const spoilt = new Set(
    findings.flatMap(({ path, means }) => [
      ...(means === undefined ? [] : [means]),
      ...(path[0] === 'defaults' ? [String(path[1])] : []),
    ]),
  );
  const values = isMapping(written) ? Object.entries(written).filter(([field]) => !spoilt.has(field)) : [];
  return { values: Object.fromEntries(values), spoilt };
};

const strategyFindings = ({ strategy }: BatchFrame, { offsetOf }: FieldContext): FieldFinding[] => {
  if (strategy?.mode !== 'sequential' || (strategy.max_concurrency ?? 1) === 1) return [];
  const path = ['strategy', 'max_concurrency'];
  const message = `${strategy.max_concurrency} at once contradicts mode sequential, which means one at a time`;
  const describe = () => ({ message, hint: 'remove it, or use mode parallel', found: strategy.max_concurrency });
  return [{ offset: offsetOf(path), path, code: issueCodes.NotAllowed, describe }];
};
