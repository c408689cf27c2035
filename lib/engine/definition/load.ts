import { isJsonObject, type JsonObject } from '../json.ts';
import type { ExpressionCompiler } from '../jsonata/expression.ts';
import { machineFields } from './fields.ts';
import { checkGraph } from './graph.ts';
import type { Definition, Program, State } from './machine.ts';
import { DefinitionRefused, Problems } from './problems.ts';
import { rootReader } from './read-map.ts';
import { readState } from './read-state.ts';
import type { Reader, Reading } from './reader.ts';

const longestName = 80;

const parse = (text: string): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DefinitionRefused([
      { code: 'INVALID_JSON_DESCRIPTION', message: (error as Error).message, pointer: '/' },
    ]);
  }
  if (isJsonObject(value)) return value;
  throw new DefinitionRefused([
    { code: 'INVALID_JSON_DESCRIPTION', message: 'A definition is an object', pointer: '/' },
  ]);
};

/** Reads one level of states, and through them the levels below. */
const programReader = (programs: Map<string, Program>, names: Set<string>) => {
  const readProgram = (reader: Reader): Program => {
    const startAt = reader.requiredText('StartAt');
    const given = reader.fields.States;
    const states = new Map<string, State>();
    if (!isJsonObject(given)) reader.problem(`The field 'States' is required but was missing`);
    for (const [name, fields] of Object.entries(isJsonObject(given) ? given : {})) {
      const pointer = `${reader.at('States')}/${name}`;
      if (name.length > longestName)
        reader.reading.problems.schema(`A state's name has at most ${longestName} characters`, pointer);
      if (names.has(name))
        reader.reading.problems.invalid('DUPLICATE_STATE_NAME', `Duplicate State name: ${name}`, pointer);
      names.add(name);
      if (!isJsonObject(fields)) reader.reading.problems.schema(`The state '${name}' must be an object`, pointer);
      const state = isJsonObject(fields) ? readState(reader, name, fields, readProgram) : undefined;
      if (state !== undefined) states.set(name, state);
    }
    const program = { pointer: reader.pointer, startAt, states };
    if (isJsonObject(given)) checkGraph(reader, program, Object.keys(given));
    programs.set(reader.pointer, program);
    return program;
  };
  return readProgram;
};

/**
 * Reads a definition completely or refuses it: throws DefinitionRefused with every problem, each naming the state and
 * the field. It never ignores anything that this engine cannot run.
 */
export const loadDefinition = (text: string, compiler: ExpressionCompiler): Definition => {
  const fields = parse(text);
  const problems = new Problems();
  const reading: Reading = { problems, compiler };
  const reader = rootReader(reading, fields);
  reader.allowOnly(machineFields, 'StateMachine');
  const { QueryLanguage: language, Version: version } = fields;
  if (language !== undefined && language !== 'JSONata' && language !== 'JSONPath') {
    reader.problem(`The field 'QueryLanguage' must be JSONata or JSONPath`, 'QueryLanguage');
  }
  if (version !== undefined && version !== '1.0') reader.problem(`The field 'Version' must be 1.0`, 'Version');
  const programs = new Map<string, Program>();
  const timeoutSeconds = reader.number('TimeoutSeconds', { least: 1 });
  const program = programReader(programs, new Set())(reader);
  if (problems.found.length > 0) throw new DefinitionRefused(problems.found);
  return { program, timeoutSeconds, programs };
};
