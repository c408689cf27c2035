import { conditionsOf, observedOf, unobserved } from './conventions.ts';
import { isUnchanged } from './counts.ts';
import { describeImages } from './expected-image.ts';
import { compileExpression, type Evaluation } from './expression.ts';
import { type Evidence, type Finding, failing, healthy, type Seen, waiting } from './judgement.ts';
import { stringAt } from './kubernetes-object.ts';
import { type KindReport, lasted } from './signal.ts';
import { objectFinding } from './standard-objects.ts';

/**
 * Any other object: by the catalogue's expressions, or else by its row in the standard objects or the API conventions.
 */
export function judgeCustomObject(look: Seen): KindReport {
  const { object } = look;
  const finding = unobserved(object) ?? failed(look) ?? asked(look) ?? objectFinding(object, look.workload.resource);
  const key = `MayBeOfBefore ${finding.verdict}`;
  if (finding.verdict === 'waiting' || !mayBeOfBefore(look)) return { signals: [], finding: told(look, finding) };
  if (lasted(look, key) >= grace) return { signals: [], finding: told(look, finding), timed: [key] };
  const text = `its status does not say which generation it describes; it counts once unchanged for ${grace / 1_000} s`;
  return { signals: [], finding: waiting('GenerationNotObserved', `${text}: ${finding.message}`), timed: [key] };
}

/** By then its controller has seen the change, or begun to work on it. */
const grace = 15_000;

/** The object existed before, was changed, and does not say whether its controller has seen the change. */
function mayBeOfBefore(look: Seen): boolean {
  const { baseline, object } = look;
  if (!baseline.exists || baseline.uid !== stringAt(object, 'metadata', 'uid') || isUnchanged(look)) return false;
  return [object.status, ...conditionsOf(object)].every((one) => observedOf(one) === undefined);
}

function told(look: Seen, finding: Finding): Finding {
  const { object } = look;
  if (finding.verdict !== 'healthy') return finding;
  const images = describeImages(look, object);
  const text = images === '' ? finding.message : `${finding.message}, with ${images}`;
  return isUnchanged(look)
    ? healthy('AlreadyRunning', `nothing changed: ${text}, as before the deployment`, finding.warnings)
    : healthy(finding.reason, text, finding.warnings);
}

/** An expression that cannot be evaluated is no failure: most status fields appear later. */
function failed({ object, workload }: Seen): Finding | undefined {
  const text = workload.resource?.failing_when;
  if (text === undefined || evaluated(text, object) !== true) return undefined;
  const message = `the expression of its failure holds: ${text}`;
  const fact: Evidence = { kind: 'condition', name: 'failing_when', reason: 'ExpressionFailed', message };
  return failing('ExpressionFailed', message, [fact]);
}

function asked({ object, workload }: Seen): Finding | undefined {
  const text = workload.resource?.healthy_when;
  if (text === undefined) return undefined;
  const holds = evaluated(text, object);
  if (holds === true) return healthy('ExpressionHolds', `${text} holds`);
  const why = holds === false ? '' : `: ${holds.why}`;
  const seen = observedOf(object.status);
  const generation = seen === undefined ? '' : ` (generation ${seen} was seen)`;
  return waiting('ExpressionNotMet', `${text} does not hold yet${generation}${why}`);
}

/** The catalogue only accepts valid expressions, but a different version of the library might not. */
function evaluated(text: string, object: Seen['object']): Evaluation {
  const expression = compileExpression(text);
  return 'problem' in expression ? { why: expression.problem } : expression.holds(object);
}
