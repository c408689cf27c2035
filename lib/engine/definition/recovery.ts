import type { Json } from '../json.ts';
import { catcherFields, jsonPathCatcherFields, reservedErrorNames, retrierFields } from './fields.ts';
import type { Catcher, Retrier } from './machine.ts';
import { readExit } from './read-exit.ts';
import type { Reader } from './reader.ts';

const readErrorEquals = (reader: Reader, isLast: boolean): readonly string[] => {
  const value = reader.fields.ErrorEquals;
  const names = Array.isArray(value) ? (value as readonly Json[]) : [];
  if (names.length === 0 || !names.every((name) => typeof name === 'string' && name !== '')) {
    reader.problem(
      `The field 'ErrorEquals' of ${reader.title} must be a list of at least one error name`,
      'ErrorEquals',
    );
    return [];
  }
  for (const name of names as readonly string[]) {
    if (name.startsWith('States.') && !reservedErrorNames.has(name)) {
      reader.problem(`The error name '${name}' in ${reader.title} is reserved and not known`, 'ErrorEquals');
    }
  }
  if (names.includes('States.ALL') && (names.length > 1 || !isLast)) {
    reader.problem(
      `States.ALL must stand alone, and in the last ${reader.title.split(' ')[0]} of the list`,
      'ErrorEquals',
    );
  }
  return names as readonly string[];
};

/** Reads the field Retry. A retrier accepts only literals. */
export const readRetry = (state: Reader): readonly Retrier[] =>
  state.list('Retry', 'retrier').map((reader, index, all) => {
    reader.allowOnly(retrierFields, 'Retry');
    const intervalSeconds = reader.number('IntervalSeconds', { least: 1 }) ?? 1;
    const maxDelaySeconds = reader.number('MaxDelaySeconds', { least: 1, most: 31_622_400 });
    if (maxDelaySeconds !== undefined && maxDelaySeconds <= intervalSeconds) {
      reader.problem(`MaxDelaySeconds of ${reader.title} must be greater than IntervalSeconds`, 'MaxDelaySeconds');
    }
    const jitter = reader.text('JitterStrategy') ?? 'NONE';
    if (jitter !== 'NONE' && jitter !== 'FULL') {
      reader.problem(`The field 'JitterStrategy' of ${reader.title} must be FULL or NONE`, 'JitterStrategy');
    }
    return {
      errorEquals: readErrorEquals(reader, index === all.length - 1),
      intervalSeconds,
      maxAttempts: reader.number('MaxAttempts', { least: 0 }) ?? 3,
      backoffRate: reader.number('BackoffRate', { least: 1, isInteger: false }) ?? 2,
      maxDelaySeconds,
      hasFullJitter: jitter === 'FULL',
    };
  });

/** Reads the field Catch. */
export const readCatch = (state: Reader): readonly Catcher[] =>
  state.list('Catch', 'catcher').map((reader, index, all) => {
    reader.allowOnly(reader.language === 'JSONata' ? catcherFields : jsonPathCatcherFields, 'Catch');
    return {
      errorEquals: readErrorEquals(reader, index === all.length - 1),
      next: reader.requiredText('Next'),
      ...readExit(reader, `Catch[${index}]/`),
    };
  });
