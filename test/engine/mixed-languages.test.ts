import { describe, expect, test } from 'vitest';
import { EngineFixture, task } from './engine-fixture.ts';

/**
 * A machine whose states are in JSONPath, or in both languages. The engine runs states that pass on their input, and
 * Assign with reference paths, as recorded. It refuses the rest of JSONPath (definition.test.ts).
 */

const asJsonata = (Output: unknown) => ({ Type: 'Pass', QueryLanguage: 'JSONata', Output, End: true });
const input = { a: { b: [10, 20] }, 'c d': 'text', n: null };

describe('Assign with a reference path', () => {
  test.each<[string, unknown]>([
    ['$', input],
    ['$.a.b', [10, 20]],
    ['$.a.b[1]', 20],
    ["$['c d']", 'text'],
    ['$["a"].b[0]', 10],
    ['$.n', null],
    ['$$.State.Name', 'First'],
    ['$$.Execution.Input.a.b[0]', 10],
    ['$old', { x: [7] }],
    ['$old.x[0]', 7],
  ])('%s', async (path, value) => {
    const states = {
      Before: { Type: 'Pass', Assign: { old: { x: [7] } }, Next: 'First' },
      First: { Type: 'Pass', Assign: { 'v.$': path, plain: path, within: [{ 'w.$': path }] }, Next: 'Last' },
      Last: asJsonata(['{% $v %}', '{% $plain %}', '{% $within %}']),
    };
    const { value: found } = await new EngineFixture().run({ StartAt: 'Before', States: states }, input);
    expect(found).toEqual([value, path, [{ w: value }]]);
  });

  test.each([
    ['$.a.x', input],
    ['$.a.b[2]', input],
    ['$.n.x', input],
    ['$.a.b.length', input],
    ['$nothing', undefined],
  ])('%s, which does not exist, ends the execution', async (path, root) => {
    const states = { First: { Type: 'Pass', Assign: { 'v.$': path }, End: true } };
    const { status, error, cause } = await new EngineFixture().run({ StartAt: 'First', States: states }, input);
    expect([status, error]).toEqual(['FAILED', 'States.Runtime']);
    expect(cause).toBe(
      "An error occurred while executing the state 'First' (entered at the event id #2). " +
        `The JSONPath '${path}' specified for the field 'v.$' could not be found in the input '${JSON.stringify(root)}'`,
    );
  });
});

test('states of both languages pass on their input', async () => {
  const fixture = new EngineFixture({ functions: { f: (payload: { n: number }) => payload.n + 1 } });
  const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
  const { value } = await fixture.run(
    {
      StartAt: 'Path',
      States: {
        Path: { Type: 'Pass', Next: 'Expression' },
        Expression: { ...asJsonata({ n: '{% $states.input.n * 2 %}' }), End: undefined, Next: 'Call' },
        Call: { Type: 'Task', Resource: arn, Next: 'Wait' },
        Wait: { Type: 'Wait', Seconds: 60, Next: 'Invoke' },
        Invoke: {
          ...task('f', { QueryLanguage: 'JSONata', End: undefined, Next: 'End' }),
          Arguments: { FunctionName: 'f', Payload: { n: '{% $states.input %}' } },
          Output: '{% $states.result.Payload %}',
        },
        End: { Type: 'Succeed' },
      },
    },
    { n: 20 },
  );
  expect(value).toBe(42);
});

test('{% in a state of JSONPath is text', async () => {
  const states = {
    First: { Type: 'Pass', Assign: { v: '{% 1 %}' }, Next: 'Last' },
    Last: asJsonata('{% $v %}'),
  };
  expect((await new EngineFixture().run({ StartAt: 'First', States: states })).value).toBe('{% 1 %}');
});
