import type * as z from 'zod';
import { fieldFindings } from '../../domain/batch/field-findings.ts';
import { type Finding, type Path, presentFindings } from '../../domain/batch/findings.ts';
import { type Issue, issueCodes } from '../../domain/batch/issues.ts';
import { makeKeyAdvice } from '../../domain/batch/known-keys.ts';
import { readYaml } from '../../domain/batch/read-yaml.ts';
import { valueIn } from '../../domain/batch/value-in.ts';
import { type FaultOrder, faultFileSchema, faultOrderSchema } from './fault-schema.ts';
import type { SimulatedHarnessOptions } from './options.ts';

export interface FaultFile {
  readonly orders: readonly FaultOrder[];
  /** The file's settings of the installation, as options. */
  readonly installation: SimulatedHarnessOptions;
}

type Issues = { readonly issues: readonly Issue[] };

/** Reads fault orders, with or without settings of the installation. Returns them or every problem at once. */
export const parseFaultFile = (text: string): FaultFile | Issues => {
  // A list alone is the list of the faults.
  const read = parse(text, (root) => (Array.isArray(root) ? faultFileSchema.shape.faults : faultFileSchema));
  if ('issues' in read) return read;
  const value = read.value as z.infer<typeof faultFileSchema> | readonly FaultOrder[];
  if (isList(value)) return { orders: value, installation: {} };
  return { orders: value.faults ?? [], installation: optionsOf(value.installation ?? {}) };
};

/** Reads one order. */
export const parseFaultOrder = (text: string): FaultOrder | Issues => {
  const read = parse(text, () => faultOrderSchema);
  return 'issues' in read ? read : (read.value as FaultOrder);
};

const isList = (value: unknown): value is readonly FaultOrder[] => Array.isArray(value);

/** `max_concurrent_runs` of a file is the option `maxConcurrentRuns`. */
const optionsOf = (installation: Readonly<Record<string, unknown>>): SimulatedHarnessOptions =>
  Object.fromEntries(
    Object.entries(installation).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

const parse = (text: string, schemaFor: (root: unknown) => z.ZodType): { readonly value: unknown } | Issues => {
  const yaml = readYaml(text);
  if ('issues' in yaml) return yaml;
  const schema = schemaFor(yaml.root);
  const result = schema.safeParse(yaml.root);
  const { offsetOf, sourceOf } = yaml;
  const context = { offsetOf, sourceOf, valueAt: valueIn(yaml.root), advice: makeKeyAdvice(schema) };
  const complaints = result.success ? [] : fieldFindings(result.error.issues, [], context);
  const findings: readonly Finding[] = [...yaml.findings, ...complaints.filter(({ path }) => !yaml.isUnread(path))];
  if (findings.length > 0) return { issues: presentFindings(findings, yaml.lineOf) };
  return result.success ? { value: result.data } : { issues: presentFindings([unknown([])], yaml.lineOf) };
};

const unknown = (path: Path): Finding => ({
  ...{ offset: 0, path, code: issueCodes.NotAllowed },
  describe: () => ({ message: 'this is no list of faults' }),
});
