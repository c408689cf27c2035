import type { JsonObject } from '../json.ts';
import { choiceRuleFields, jsonataFields, jsonPathFields } from './fields.ts';
import type { ChoiceRule, State, StateType } from './machine.ts';
import { readExit } from './read-exit.ts';
import { type ReadProgram, readMap, readParallel } from './read-map.ts';
import { readTask } from './read-task.ts';
import { type QueryLanguage, Reader } from './reader.ts';
import { readCatch, readRetry } from './recovery.ts';

const isStateType = (type: string): type is StateType => Object.hasOwn(jsonataFields, type);

const readLanguage = (program: Reader, fields: JsonObject, pointer: string): QueryLanguage => {
  const own = fields.QueryLanguage;
  if (own === undefined) return program.language;
  if (own !== 'JSONata' && own !== 'JSONPath') {
    program.reading.problems.schema(
      `The field 'QueryLanguage' must be JSONata or JSONPath`,
      `${pointer}/QueryLanguage`,
    );
    return program.language;
  }
  if (own === 'JSONPath' && program.language === 'JSONata') {
    const message = 'A JSONata state machine cannot have JSONPath states';
    program.reading.problems.unsupported('QueryLanguage JSONPath', message, `${pointer}/QueryLanguage`);
  }
  return own;
};

const readNext = (reader: Reader, type: StateType): string | undefined => {
  if (type === 'Choice' || type === 'Succeed' || type === 'Fail') return undefined;
  const { Next: next, End: end } = reader.fields;
  if (end !== undefined && typeof end !== 'boolean')
    reader.problem(`The field 'End' of ${reader.title} must be true or false`, 'End');
  if ((next !== undefined) === (end === true)) {
    reader.problem(`${reader.title} must have either 'Next' or 'End': true`);
  }
  return reader.text('Next');
};

const readChoices = (reader: Reader): readonly ChoiceRule[] => {
  const rules = reader.list('Choices', 'choice');
  if (rules.length === 0)
    reader.problem(`The field 'Choices' of ${reader.title} must have at least one choice`, 'Choices');
  return rules.map((rule, index) => {
    rule.allowOnly(choiceRuleFields, 'Choices');
    if (!rule.has('Condition')) rule.problem(`The field 'Condition' is required but was missing`);
    const condition = rule.template('Condition', `Choices[${index}]/Condition`) ?? { kind: 'literal', value: false };
    if (condition.kind !== 'expression' && !(condition.kind === 'literal' && typeof condition.value === 'boolean')) {
      rule.problem(`The Condition of ${rule.title} must be a JSONata expression or a boolean`, 'Condition');
    }
    return { condition, next: rule.requiredText('Next'), ...readExit(rule, `Choices[${index}]/`) };
  });
};

const readWait = (reader: Reader) => {
  const given = ['Seconds', 'Timestamp'].filter((field) => reader.has(field));
  if (given.length !== 1) reader.problem(`${reader.title} must have exactly one of 'Seconds' and 'Timestamp'`);
  if (typeof reader.fields.Seconds === 'number') reader.number('Seconds', { least: 0 });
  return { seconds: reader.template('Seconds'), timestamp: reader.template('Timestamp') };
};

const readOwn = (reader: Reader, type: StateType, name: string, readProgram: ReadProgram) => {
  switch (type) {
    case 'Task':
      return { type, ...readTask(reader) };
    case 'Map':
      return { type, ...readMap(reader, name, readProgram) };
    case 'Parallel':
      return { type, ...readParallel(reader, readProgram) };
    case 'Choice':
      return { type, choices: readChoices(reader), defaultNext: reader.text('Default') };
    case 'Wait':
      return { type, ...readWait(reader) };
    case 'Fail':
      return { type, error: reader.template('Error'), cause: reader.template('Cause') };
    default:
      return { type };
  }
};

/** Reads one state. Returns undefined if its type is unknown. Every problem is recorded. */
export const readState = (
  program: Reader,
  name: string,
  fields: JsonObject,
  readProgram: ReadProgram,
): State | undefined => {
  const pointer = `${program.at('States')}/${name}`;
  const type = fields.Type;
  if (typeof type !== 'string' || !isStateType(type)) {
    program.reading.problems.schema(
      `The field 'Type' of the state '${name}' must be one of ${Object.keys(jsonataFields).join(', ')}`,
      `${pointer}/Type`,
    );
    return undefined;
  }
  const language = readLanguage(program, fields, pointer);
  const reader = new Reader(program.reading, fields, { pointer, language, title: `${type} state '${name}'` });
  const allowed = (language === 'JSONata' ? jsonataFields : jsonPathFields)[type];
  // Credentials are refused where a Task's fields are read, in AWS's words if they are incomplete.
  reader.allowOnly(type === 'Task' ? [...allowed, 'Credentials'] : allowed, type);
  if (language === 'JSONPath' && (type === 'Choice' || type === 'Map' || type === 'Parallel')) {
    reader.unsupported(`JSONPath.${type}`, `The ${reader.title} is not supported in JSONPath`, 'Type');
    return undefined;
  }
  return {
    name,
    pointer,
    next: readNext(reader, type),
    retry: readRetry(reader),
    catch: readCatch(reader),
    ...readExit(reader),
    ...readOwn(reader, type, name, readProgram),
  };
};
