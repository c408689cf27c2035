import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { errorNames } from '../../lib/domain/errors.ts';
import { functionsTable, pascalCase } from '../../lib/infra/functions-table.ts';
import { placeholdersOf } from '../../lib/infra/inline-machine.ts';
import { contract } from '../../statemachines/contract.ts';
import { lint, ruleNames } from './lint.ts';
import { type Definition, scopesOf } from './machine.ts';
import type { Expectation, Facts, Taken } from './rules.ts';

const folder = join(import.meta.dirname, '../../statemachines');
const load = (name: string): Definition => JSON.parse(readFileSync(join(folder, `${name}.asl.json`), 'utf8'));

/** A task's function must be in the functions table and in the contract. */
const functions = new Map(
  Object.entries(contract)
    .filter(([stem]) => stem in functionsTable)
    .map(([stem, { input }]): [string, readonly Taken[]] => [pascalCase(stem), takenBy(z.toJSONSchema(input))]),
);

function takenBy({ properties = {}, required = [], oneOf, anyOf }: z.core.JSONSchema.BaseSchema): readonly Taken[] {
  const several = oneOf ?? anyOf;
  if (several !== undefined) return several.flatMap((one) => takenBy(one as z.core.JSONSchema.BaseSchema));
  const { task } = properties as { readonly task?: { readonly const?: string } };
  return [{ task: task?.const, required, allowed: Object.keys(properties) }];
}

const expectations: Readonly<Record<string, Readonly<Record<string, Expectation>>>> = {
  batch: {
    root: { catchTo: 'Conclude', uncaught: ['Conclude', 'Finish'], ends: ['Finish'] },
    Deployments: {
      ...{ catchTo: 'Record', uncaught: ['Record'], ends: ['Record', 'Verify'], transitions: 4 },
      // A failed version must not stay because a look was impossible.
      goesOn: { LookBack: 'Restore' },
    },
  },
  watch: { root: { catchTo: 'Pause', uncaught: [], ends: ['Done'] } },
  preview: { root: { catchTo: 'Tell', uncaught: ['Tell'], ends: ['Done'] } },
};

const factsOf = (name: string): Facts => ({
  errorNames: new Set(Object.keys(errorNames)),
  functions,
  expectations: expectations[name] ?? {},
});

describe.each(['batch', 'watch', 'preview'])('%s.asl.json', (name) => {
  it('is valid for AWS', () => {
    // The validator changes its input.
    const { isValid, errors } = validate(load(name), { checkPaths: true, checkArn: false });
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  it('has no problem that the lint finds', () => {
    expect(lint(load(name), factsOf(name))).toEqual([]);
  });
});

it('calls every function of the contract', () => {
  const called = ['batch', 'watch', 'preview']
    .flatMap((name) => scopesOf(load(name)))
    .flatMap(({ states }) => Object.values(states))
    .flatMap(({ Arguments }) => (Arguments === undefined ? [] : placeholdersOf(Arguments.FunctionName)));
  expect([...new Set(called)].sort()).toEqual(Object.keys(contract).map(pascalCase).sort());
});

// biome-ignore lint/suspicious/noExplicitAny: a draft is there to be broken.
type Draft = { [field: string]: any };
interface States {
  readonly machine: Draft;
  readonly root: Record<string, Draft>;
  readonly child: Record<string, Draft>;
}

/** Each row breaks the batch machine in one way that the lint must find. */
const mutations: readonly (readonly [rule: string, what: string, mutate: (states: States) => void])[] = [
  ['language', 'JSONPath by default', ({ machine }) => delete machine.QueryLanguage],
  ['fields', 'a time-out of the machine', ({ machine }) => (machine.TimeoutSeconds = 60)],
  ['subset', 'a heartbeat', ({ child }) => (child.Deploy!.HeartbeatSeconds = 60)],
  ['subset', 'a JSONPath field', ({ child }) => (child.Deploy!.ResultPath = '$.x')],
  ['subset', 'a reader', ({ root }) => (root.Deployments!.ItemReader = {})],
  ['subset', 'a batcher', ({ root }) => (root.Deployments!.ItemBatcher = {})],
  ['subset', 'another type', ({ child }) => (child.Extra = { Type: 'Parallel', Branches: [], Next: 'Record' })],
  ['subset', 'an argument of Invoke', ({ child }) => (child.Deploy!.Arguments.Qualifier = 'x')],
  [
    'resource',
    'an integration',
    ({ child }) => (child.Capture!.Resource = 'arn:aws:states:::aws-sdk:dynamodb:getItem'),
  ],
  ['resource', 'HTTP', ({ child }) => (child.Capture!.Resource = 'arn:aws:states:::http:invoke')],
  ['map', 'an inline Map', ({ root }) => (root.Deployments!.ItemProcessor.ProcessorConfig = { Mode: 'INLINE' })],
  ['map', 'siblings that are aborted', ({ root }) => (root.Deployments!.ToleratedFailurePercentage = 50)],
  ['map', 'children that starve each other', ({ root }) => (root.Deployments!.MaxConcurrency = 100)],
  ['map', 'a random label', ({ root }) => delete root.Deployments!.Label],
  ['catch-all', 'States.ALL before another', ({ child }) => child.Deploy!.Catch.reverse()],
  ['catch-all', 'States.ALL beside another', ({ child }) => child.Deploy!.Catch[3].ErrorEquals.push('AttemptEnded')],
  ['caught', 'no Catch in a child', ({ child }) => delete child.Verify!.Catch],
  ['caught', 'a Catch that leads elsewhere', ({ child }) => (child.Verify!.Catch[2].Next = 'Restore')],
  ['caught', 'no Catch on the Map', ({ root }) => delete root.Deployments!.Catch],
  ['caught', 'a Catch after everything', ({ child }) => (child.Record!.Catch = child.Restore!.Catch)],
  ['ends', 'a path around Record', ({ child }) => (child.Extra = { Type: 'Succeed' })],
  ['ends', 'a task that ends', ({ child }) => Object.assign(child.VerifyRestore!, { End: true, Next: undefined })],
  [
    'error-names',
    'a name that nothing throws',
    ({ child }) => (child.Deploy!.Catch[0].ErrorEquals = ['AttemptRetriable']),
  ],
  [
    'expectation',
    'a Map without a rule',
    ({ root }) => (root.More = { ...root.Deployments, Label: 'More', Next: 'Conclude' }),
  ],
  [
    'transitions',
    'a Choice on the way',
    ({ child }) => {
      child['Ready?'] = { Type: 'Wait', Seconds: 1, Next: 'Verify' };
      child.Deploy!.Next = 'Ready?';
    },
  ],
  ['timeout', 'no time-out', ({ child }) => delete child.AwaitTurn!.TimeoutSeconds],
  ['timeout', 'a time-out of plain text', ({ child }) => (child.AwaitTurn!.TimeoutSeconds = '60')],
  ['retry', 'no Retry', ({ child }) => delete child.Record!.Retry],
  ['retry', 'one name less', ({ child }) => child.Deploy!.Retry[0].ErrorEquals.pop()],
  ['retry', 'one name more', ({ child }) => child.Deploy!.Retry[0].ErrorEquals.push('States.TaskFailed')],
  ['retry', 'all at the same time', ({ child }) => delete child.Deploy!.Retry[0].JitterStrategy],
  ['placeholders', 'an unknown function', ({ child }) => (child.Deploy!.Arguments.FunctionName = `\${StartDeploy}`)],
  [
    'placeholders',
    'a choice with an unknown one',
    ({ child }) => (child.Deploy!.Arguments.FunctionName = `{% 1 = 2 ? '\${DeployToCluster}' : '\${StartDeploy}' %}`),
  ],
  [
    'placeholders',
    'a choice of one and a name',
    ({ child }) => (child.Deploy!.Arguments.FunctionName = `{% 1 = 2 ? '\${DeployToCluster}' : 'x' %}`),
  ],
  ['placeholders', 'a name instead', ({ child }) => (child.Deploy!.Arguments.FunctionName = 'start-deployment')],
  ['placeholders', 'one elsewhere', ({ child }) => (child.Deploy!.Arguments.Payload.attempt = `\${Attempt}`)],
  ['payload', 'a missing key', ({ child }) => delete child.Deploy!.Arguments.Payload.attempt],
  ['payload', 'a task that no function knows', ({ child }) => (child.Deploy!.Arguments.Payload.task = 'begin')],
  ['payload', 'no task', ({ child }) => delete child.Deploy!.Arguments.Payload.task],
  ['payload', 'a task that accepts less', ({ child }) => (child.Deploy!.Arguments.Payload.task = 'watch')],
  ['payload', 'an unknown key', ({ child }) => (child.Deploy!.Arguments.Payload.atempt = 1)],
  [
    'payload',
    'a missing key of $merge',
    ({ child }) => (child.Record!.Arguments.Payload = "{% $merge([{'index': 1}]) %}"),
  ],
  [
    'payload',
    'a key that is present only sometimes',
    ({ root }) => (root.Finish!.Arguments.Payload = "{% $states.input.x = 1 ? {'batch_id': 'b'} : {} %}"),
  ],
  ['payload', 'unknown keys', ({ root }) => (root.Finish!.Arguments.Payload = '{% $states.input %}')],
  ['token', 'a wait without a token', ({ child }) => (child.Deploy!.Arguments.Payload.token = 'x')],
  [
    'token',
    'a token without a wait',
    ({ child }) => (child.Capture!.Arguments.Payload.index = '{% $states.context.Task.Token %}'),
  ],
  ['syntax', 'half a pair of brackets', ({ child }) => (child.Capture!.Output = '{% $states.input')],
  ['syntax', 'space before the brackets', ({ child }) => (child.Capture!.Output = ' {% $states.input %}')],
  ['syntax', 'no JSONata', ({ child }) => (child.Capture!.Output = '{% $states.input. %}')],
  ['functions', '$eval', ({ child }) => (child.Capture!.Output = "{% $eval('1') %}")],
  ['functions', 'an unknown function', ({ child }) => (child.Capture!.Output = '{% $sums([1]) %}')],
  ['functions', 'an unknown one that is passed on', ({ child }) => (child.Capture!.Output = '{% [1] ~> $eval %}')],
  ['bare', '$', ({ child }) => (child.Capture!.Output = '{% $ %}')],
  ['bare', '$$', ({ child }) => (child.Capture!.Output = '{% [1][$$.x] %}')],
  ['bare', 'a field name', ({ child }) => (child.Capture!.Output = '{% input.attempt %}')],
  [
    'states',
    'the result before it exists',
    ({ child }) => (child.Deploy!.Arguments.Payload.attempt = '{% $states.result.x %}'),
  ],
  [
    'states',
    'the result in a Choice',
    ({ root }) => (root['Again?']!.Choices[0].Condition = '{% $states.result.next = 1 %}'),
  ],
  ['states', 'the result in a Catch', ({ child }) => (child.Deploy!.Catch[2].Output = '{% $states.result %}')],
  ['states', 'an error outside of Catch', ({ child }) => (child.Deploy!.Output = '{% $states.errorOutput %}')],
  ['states', 'an unknown part of $states', ({ child }) => (child.Deploy!.Output = '{% $states.output %}')],
  ['states', 'all of $states', ({ child }) => (child.Deploy!.Output = '{% $states %}')],
  [
    'states',
    'an unknown part of the context',
    ({ child }) => (child.Deploy!.Output = '{% $states.context.Execution.Inputs.x %}'),
  ],
  [
    'states',
    'an item outside of its selector',
    ({ root }) => (root.Deployments!.Output = '{% $states.context.Map.Item.Value %}'),
  ],
  ['variables', 'one that is never set', ({ child }) => (child.Verify!.Output = '{% $attempt %}')],
  [
    'variables',
    'one that is not set when its task failed',
    ({ child }) => {
      child.Capture!.Assign = { attempt: '{% $states.result.Payload.attempt %}' };
      child.Record!.Arguments.Payload = "{% {'batch_id': 'b', 'index': $attempt} %}";
    },
  ],
  [
    'variables',
    'one that the Catch does not set',
    ({ root }) => {
      root.Plan!.Assign = { lap: 1 };
      root.Conclude!.Output = '{% $lap %}';
    },
  ],
  [
    'variables',
    'one that is set only beside it',
    ({ child }) => {
      child.Capture!.Assign = { attempt: 1 };
      child.Capture!.Output = { attempt: '{% $attempt %}' };
    },
  ],
  ['variable-names', 'the name of a function', ({ child }) => (child.Capture!.Assign = { count: 1 })],
  [
    'variables',
    'one of the parent',
    ({ root, child }) => {
      root.Plan!.Assign = { total: 1 };
      child.Verify!.Output = '{% $total %}';
    },
  ],
];

const mutated = (mutate: (states: States) => void): Definition => {
  const machine = structuredClone(load('batch')) as Draft;
  mutate({ machine, root: machine.States, child: machine.States.Deployments.ItemProcessor.States });
  return JSON.parse(JSON.stringify(machine));
};

describe('the lint', () => {
  it.each(mutations)('%s finds %s', (rule, _, mutate) => {
    expect(lint(mutated(mutate), factsOf('batch')).map((finding) => finding.rule)).toContain(rule);
  });

  it('has a case for each rule', () => {
    expect([...new Set(mutations.map(([rule]) => rule))].sort()).toEqual([...ruleNames].sort());
  });

  it.each<[string, (states: States) => void]>([
    [
      'a variable that is set on every way',
      ({ child }) => {
        child.Capture!.Assign = { attempt: '{% $states.result.Payload.attempt %}' };
        child.Verify!.Output = '{% $attempt + 1 %}';
      },
    ],
    [
      'a variable that the Catch sets',
      ({ root }) => {
        root.Plan!.Assign = { lap: 1 };
        root.Plan!.Catch[0].Assign = { lap: '{% $states.errorOutput.Error %}' };
        root.Conclude!.Output = '{% $lap %}';
      },
    ],
    [
      'names that an expression binds itself',
      ({ child }) => (child.Capture!.Output = '{% ($a := [1]; $f := function($x) { $x + $a[0] }; $map($a, $f)) %}'),
    ],
    [
      '$ inside a filter',
      ({ child }) => (child.Capture!.Output = '{% $states.input.items[$ > 1 and size = 2].{"k": $} %}'),
    ],
    ['a function that is passed on', ({ child }) => (child.Capture!.Output = '{% [1] ~> $sum %}')],
  ])('takes %s', (_, mutate) => {
    expect(lint(mutated(mutate), factsOf('batch'))).toEqual([]);
  });
});

it.each<[string, (states: States) => void]>([
  ['an unknown Next', ({ child }) => (child.Deploy!.Next = 'Verifies')],
  ['a state that cannot be reached', ({ child }) => (child.Extra = { Type: 'Wait', Seconds: 1, Next: 'Record' })],
  ['a field that does not exist', ({ child }) => (child.Deploy!.Timeout = 1)],
  ['a wrong start', ({ machine }) => (machine.StartAt = 'Plans')],
])('asl-validator finds %s', (_, mutate) => {
  const { isValid } = validate(mutated(mutate), { checkPaths: true, checkArn: false });
  expect(isValid).toBe(false);
});
