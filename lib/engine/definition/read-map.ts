import { isJsonObject, type JsonObject } from '../json.ts';
import { labelRule } from '../names.ts';
import { branchFields, processorFields } from './fields.ts';
import type { Program } from './machine.ts';
import { Reader } from './reader.ts';

/** Reads a nested program. Passed in by the loader, because programs and states contain each other. */
export type ReadProgram = (reader: Reader) => Program;

const emptyProgram: Program = { pointer: '', startAt: '', states: new Map() };

const readMode = (processor: Reader): boolean => {
  const config = processor.fields.ProcessorConfig;
  if (config === undefined) return false;
  if (!isJsonObject(config)) {
    processor.problem(`The field 'ProcessorConfig' of ${processor.title} must be an object`, 'ProcessorConfig');
    return false;
  }
  const reader = new Reader(processor.reading, config, { ...processor, pointer: processor.at('ProcessorConfig') });
  reader.allowOnly(['Mode', 'ExecutionType'], 'ProcessorConfig');
  const mode = reader.text('Mode') ?? 'INLINE';
  if (mode !== 'INLINE' && mode !== 'DISTRIBUTED')
    reader.problem(`The Mode of ${reader.title} must be INLINE or DISTRIBUTED`, 'Mode');
  const type = reader.text('ExecutionType');
  if (mode === 'DISTRIBUTED' && type === undefined)
    reader.problem(`The field 'ExecutionType' is required but was missing`);
  if (type === 'EXPRESS')
    reader.unsupported(
      'ProcessorConfig.ExecutionType EXPRESS',
      `EXPRESS children of ${reader.title} are not supported`,
      'ExecutionType',
    );
  else if (type !== undefined && type !== 'STANDARD')
    reader.problem(`The ExecutionType of ${reader.title} must be STANDARD or EXPRESS`, 'ExecutionType');
  return mode === 'DISTRIBUTED';
};

const readLabel = (reader: Reader, isDistributed: boolean, stateName: string): string => {
  const label = reader.text('Label');
  if (label === undefined) return stateName.replaceAll(/[^A-Za-z0-9_-]/g, '').slice(0, 40);
  if (!isDistributed) reader.problem(`The field 'Label' of ${reader.title} needs the mode DISTRIBUTED`, 'Label');
  if (!labelRule.test(label)) {
    reader.problem(
      `The Label of ${reader.title} must have 1 to 40 characters and none that Step Functions forbids in names`,
      'Label',
    );
  }
  return label;
};

const readItems = (reader: Reader) => {
  const items = reader.fields.Items;
  const isExpression = typeof items === 'string' && items.startsWith('{%');
  if (items !== undefined && !Array.isArray(items) && !isExpression) {
    reader.problem(`The field 'Items' of ${reader.title} must be a list or a JSONata expression`, 'Items');
  }
  return reader.template('Items');
};

/** A number, or an expression. */
const readNumber = (reader: Reader, field: string, most: number) => {
  if (typeof reader.fields[field] === 'number')
    reader.number(field, { least: 0, most, isInteger: field !== 'ToleratedFailurePercentage' });
  return reader.template(field);
};

/** The fields that only a Map has. */
export const readMap = (reader: Reader, stateName: string, readProgram: ReadProgram) => {
  const fields = reader.fields.ItemProcessor;
  if (!isJsonObject(fields)) reader.problem(`The field 'ItemProcessor' is required but was missing`);
  const place = {
    pointer: reader.at('ItemProcessor'),
    language: reader.language,
    title: `ItemProcessor of ${reader.title}`,
  };
  const processor = new Reader(reader.reading, isJsonObject(fields) ? fields : {}, place);
  processor.allowOnly(processorFields, 'ItemProcessor');
  const isDistributed = readMode(processor);
  return {
    processor: isJsonObject(fields) ? readProgram(processor) : emptyProgram,
    isDistributed,
    label: readLabel(reader, isDistributed, stateName),
    items: readItems(reader),
    itemSelector: reader.template('ItemSelector'),
    maxConcurrency: readNumber(reader, 'MaxConcurrency', 99_999_999),
    toleratedFailureCount: readNumber(reader, 'ToleratedFailureCount', 99_999_999),
    toleratedFailurePercentage: readNumber(reader, 'ToleratedFailurePercentage', 100),
  };
};

/** The fields that only a Parallel has. */
export const readParallel = (reader: Reader, readProgram: ReadProgram) => {
  const branches = reader.list('Branches', 'branch');
  if (branches.length === 0)
    reader.problem(`The field 'Branches' of ${reader.title} must have at least one branch`, 'Branches');
  return {
    arguments: reader.template('Arguments'),
    branches: branches.map((branch) => {
      branch.allowOnly(branchFields, 'Branch');
      return readProgram(branch);
    }),
  };
};

/** A reader for the definition's root object. */
export const rootReader = (reading: Reader['reading'], fields: JsonObject): Reader =>
  new Reader(reading, fields, {
    pointer: '',
    language: fields.QueryLanguage === 'JSONata' ? 'JSONata' : 'JSONPath',
    title: 'the state machine',
  });
