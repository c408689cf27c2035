import type { Path } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import type { Mapping } from '../batch/mapping.ts';
import { compileExpression } from '../rollout/expression.ts';
import type { ConfigurationText } from './configuration-text.ts';

const names = ['api_version', 'resource'] as const;
const expressions = ['healthy_when', 'failing_when'] as const;
const example = 'for example object.status.phase == "Running"';

/** A custom kind must describe its object. The other kinds are known, and have rules. */
export const checkCustomResource = (entry: Mapping, path: Path, text: ConfigurationText): void => {
  const kind = entry.kind ?? entry.k8s_object_type;
  const isCustom = typeof kind === 'string' && kind.toLowerCase() === 'custom';
  for (const name of isCustom ? [] : [...names, ...expressions]) {
    if (entry[name] === undefined) continue;
    const message = 'is only valid with the kind custom; for the other kinds it is known';
    text.report([...path, name], issueCodes.NotAllowed, { message, hint: 'write kind: custom, or remove it' }, 'key');
  }
  if (!isCustom) return;
  for (const name of names) {
    if (entry[name] !== undefined) continue;
    const hint = 'for example api_version: example.com/v1 and resource: widgets; kubectl api-resources lists them';
    text.report([...path, name], issueCodes.Missing, { message: 'is missing: the kind custom needs it', hint });
  }
  for (const name of expressions) checkExpression(entry[name], [...path, name], text);
};

const checkExpression = (written: unknown, path: Path, text: ConfigurationText): void => {
  if (typeof written !== 'string' || written === '') return;
  const expression = compileExpression(written);
  if (!('problem' in expression)) return;
  const message = `is not a CEL expression over object: ${expression.problem}`;
  text.report(path, issueCodes.BadFormat, { message, hint: example });
};
