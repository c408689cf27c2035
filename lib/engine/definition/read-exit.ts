import { isJsonObject } from '../json.ts';
import type { Exit } from './machine.ts';
import type { Reader } from './reader.ts';

/** Variables have names like JSONata identifiers, except `states`. */
const variableName = /^(?!states$)[\p{L}_][\p{L}\p{N}_]{0,79}$/u;

const checkAssign = (reader: Reader): void => {
  const assign = reader.fields.Assign;
  if (assign === undefined) return;
  if (!isJsonObject(assign)) {
    reader.problem(`The field 'Assign' of ${reader.title} must be an object`, 'Assign');
    return;
  }
  for (const key of Object.keys(assign)) {
    const name = reader.language === 'JSONPath' ? key.replace(/\.\$$/, '') : key;
    if (!variableName.test(name)) {
      reader.problem(`'${key}' in 'Assign' of ${reader.title} is not a name for a variable`, 'Assign');
    }
  }
};

/** Reads Assign and Output of a state, a choice rule or a catcher. */
export const readExit = (reader: Reader, prefix = ''): Exit => {
  checkAssign(reader);
  return { assign: reader.template('Assign', `${prefix}Assign`), output: reader.template('Output', `${prefix}Output`) };
};
