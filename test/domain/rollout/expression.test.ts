import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { compileExpression } from '../../../lib/domain/rollout/expression.ts';
import { judgeRollout } from '../../../lib/domain/rollout/verdict.ts';
import { expected, metadata } from './kinds.ts';
import { now } from './objects.ts';

const object: JsonObject = {
  ...{ metadata, spec: { replicas: 2 } },
  status: { ...{ phase: 'Running', ready: 2, ratio: 0.5, parts: [{ name: 'a', ok: true }] }, constructor: 'own' },
};
const said = (text: string) => {
  const expression = compileExpression(text);
  return 'problem' in expression ? expression : expression.holds(object);
};

describe('an expression', () => {
  it.each([
    ['object.status.phase == "Running"', true],
    ['object.status.ready == object.spec.replicas', true],
    ['object.status.ready + 1 == 3', true],
    ['object.status.ratio < 1.0', true],
    ['object.status.phase in ["Done", "Failed"]', false],
    ['object.status.parts.exists(p, p.name == "a" && p.ok)', true],
    ['has(object.status.missing) && object.status.missing > 1', false],
    ['object.status.?missing.orValue(0) == 0', true],
    ['object.status.phase.startsWith("Run")', true],
    ['object.status.constructor == "own"', true],
  ])('%s', (text, result) => expect(said(text)).toBe(result));

  it.each([
    ['object.status.missing == 1', 'No such key: missing'],
    ['object.status.parts[3].ok', 'No such key: index out of bounds, index 3 >= size 1'],
    ['object.status.phase', 'it gives neither true nor false'],
    ['object.spec.constructor == "x"', 'No such key: constructor'],
    ['object.__proto__ == null', 'No such key: __proto__'],
  ])('cannot evaluate %s', (text, why) => expect(said(text)).toMatchObject({ why: expect.stringContaining(why) }));

  it.each([
    ['object.status.phase ==', 'Unexpected token: EOF, at character 23'],
    ['status.phase == "Running"', 'Unknown variable: status, at character 1'],
    ['1 + 1', 'it gives a value of the type int; true or false is needed'],
    ['object.status.phase.matches("(a+)+$")', 'it must not use matches: use ==, in, startsWith, endsWith or contains'],
    [
      'object.a.all(x, x.all(y, y.all(z, z)))',
      'it has more than 2 of all, exists, exists_one, filter, map inside each other',
    ],
    [`object.a in [${'1, '.repeat(60)}1]`, 'Exceeded max'],
  ])('refuses %s', (text, problem) => expect(said(text)).toMatchObject({ problem: expect.stringContaining(problem) }));

  it('from any text returns something and throws nothing', () => {
    const parts = fc.constantFrom('object', '.status', '.a', '[0]', ' == ', '"x"', '(', ')', ' && ', '1', '?', 'has(');
    const texts = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 12 }).map((all) => all.join('')),
    );
    fc.assert(fc.property(texts, (text) => said(text) !== undefined));
  });
});

describe('a custom object with expressions', () => {
  const judge = (status: JsonObject, resource: { healthy_when?: string; failing_when?: string }) =>
    judgeRollout({
      workload: {
        ...{ kind: 'custom', name: 'app', namespace: 'shared' },
        resource: { api_version: 'example.com/v1', plural: 'widgets', ...resource },
      },
      ...{ expected, baseline: { exists: false }, now },
      view: { workload: { metadata, status }, revisions: [], pods: [] },
    });
  const healthy_when = 'object.status.phase == "Up"';
  const failing_when = 'object.status.phase == "Down"';
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

  it.each([
    [{ phase: 'Up' }, { healthy_when }, 'healthy ExpressionHolds'],
    [{ phase: 'Up', observedGeneration: 2 }, { healthy_when }, 'waiting GenerationNotObserved'],
    [{ phase: 'Coming', ...ready }, { healthy_when }, 'waiting ExpressionNotMet'],
    [{}, { healthy_when, failing_when }, 'waiting ExpressionNotMet'],
    [{ phase: 'Down' }, { healthy_when, failing_when }, 'failing ExpressionFailed'],
    [{ phase: 'Down' }, { failing_when }, 'failing ExpressionFailed'],
    [ready, { failing_when }, 'healthy ConditionsTrue'],
    [{}, { healthy_when: 'object.' }, 'waiting ExpressionNotMet'],
  ])('%o and %o', (status, resource, told) => {
    const { verdict, reason, message } = judge(status, resource);
    expect(`${verdict} ${reason}`, message).toBe(told);
  });
});
