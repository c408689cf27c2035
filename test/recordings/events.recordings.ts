import { expect, test } from 'vitest';
import { runCase } from '../../lib/engine/conformance/run-case.ts';
import { readCases } from '../../lib/engine/conformance.ts';
import type { Json } from '../../lib/engine/json.ts';
import { machine } from '../engine/engine-fixture.ts';
import { casesAt } from './cases.ts';

/**
 * Recordings of JSONPath machines, whose error names, causes, events and retries hold for JSONata too. Each definition
 * is the recorded one in JSONata, written by hand; status, output, error, cause and every event must be as recorded.
 */

const cases = readCases(casesAt('asl', 'jsonpath-reference.json'));

const end = { Type: 'Pass', End: true };
const inline = (states: Record<string, object>, mode: object = { Mode: 'INLINE' }): object => ({
  ProcessorConfig: mode,
  StartAt: Object.keys(states)[0],
  States: states,
});
const distributed = (states: Record<string, object>): object =>
  inline(states, { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' });
const invoke = (more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: '{% $states.input.FunctionName %}', Payload: '{% $states.input.Payload %}' },
  ...more,
});
const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:111111111111:function:${name}`;
/** The equivalent of `"ResultPath": "$.name"` in a Pass. */
const nest = (name: string): object => ({
  ...end,
  Output: `{% $merge([$states.input, {"${name}": $states.input}]) %}`,
});

const failingItems = (more: object, others: Record<string, object>): object =>
  machine({
    StartState: { Type: 'Pass', Output: { arr: [1] }, Next: 'MapState' },
    MapState: {
      Type: 'Map',
      Items: '{% $states.input.arr %}',
      MaxConcurrency: 1,
      ItemProcessor: inline({
        HandleItemFail: { Type: 'Fail', Error: 'HandleItemFailError', Cause: 'HandleItemFailCause' },
      }),
      ...more,
    },
    ...others,
  });

const caughtByName = (resource: object): object =>
  machine({
    Start: {
      ...resource,
      Catch: [
        { ErrorEquals: ['Lambda.Unknown'], Next: 'EndWithLambdaUnknownHandler' },
        { ErrorEquals: ['States.TaskFailed'], Next: 'EndWithStateTaskFailedHandler' },
        { ErrorEquals: ['States.ALL'], Next: 'EndWithAllHandler' },
      ],
      Next: 'EndWithFinal',
    },
    EndWithLambdaUnknownHandler: nest('lambda_unknown'),
    EndWithStateTaskFailedHandler: nest('task_failed_error'),
    EndWithAllHandler: nest('all_error'),
    EndWithFinal: nest('final'),
  });

const tooLarge = (catchers: readonly (readonly [string, string])[]): object =>
  machine({
    InvokeLambda: invoke({
      Next: 'ProcessResult',
      Catch: catchers.map(([name, Next]) => ({ ErrorEquals: [name], Next })),
    }),
    ProcessResult: end,
    ...Object.fromEntries(catchers.map(([, name]) => [name, end])),
  });

const overValues = (fields: object): object =>
  machine({
    MapState: {
      Type: 'Map',
      MaxConcurrency: 1,
      ItemProcessor: distributed({ HandleItem: end }),
      End: true,
      Items: '{% $states.input.Items %}',
      ...fields,
    },
  });
const percentage = { ToleratedFailurePercentage: '{% $states.input.ToleratedFailurePercentage %}' };

const branch = (...names: string[]): object => ({
  StartAt: names[0],
  States: Object.fromEntries(
    names.map((name, index) => [name, index + 1 < names.length ? { Type: 'Pass', Next: names[index + 1] } : end]),
  ),
});

const assigningBranch = (name: string): object => ({
  StartAt: name,
  States: { [name]: { ...end, Assign: { innerX: '{% $x %}', value: '{% $states.input %}' } } },
});

test.each<[string, object]>([
  [
    'scenarios::test_map_state_retry',
    failingItems({ Retry: [{ ErrorEquals: ['HandleItemFailError'], MaxAttempts: 2 }], Next: 'Final' }, { Final: end }),
  ],
  [
    'scenarios::test_map_state_catch',
    failingItems(
      { Catch: [{ ErrorEquals: ['HandleItemFailError'], Next: 'FinalCaught' }], Next: 'Final' },
      { FinalCaught: end, Final: end },
    ),
  ],
  [
    'scenarios::test_map_state_catch_empty_fail',
    failingItems(
      {
        ItemProcessor: inline({ HandleItemFail: { Type: 'Fail' } }),
        Catch: [
          { ErrorEquals: ['Internal Error'], Next: 'CaughtInternalError' },
          { ErrorEquals: ['State.ALL'], Next: 'CaughtStatesALL' },
        ],
        Next: 'CaughtNone',
      },
      { CaughtInternalError: end, CaughtStatesALL: end, CaughtNone: end },
    ),
  ],
  [
    'scenarios::test_map_state_retry_multiple_retriers',
    failingItems(
      {
        Retry: [
          { ErrorEquals: ['NoSuchError'], MaxAttempts: 1 },
          { ErrorEquals: ['State.ALL'], MaxAttempts: 2 },
          { ErrorEquals: ['HandleItemFailError'], MaxAttempts: 3 },
        ],
        Next: 'Final',
      },
      { Final: end },
    ),
  ],
  [
    'scenarios::test_map_state_nested',
    machine({
      MapL1: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemProcessor: inline({
          MapL2: { Type: 'Map', MaxConcurrency: 1, ItemProcessor: inline({ MapL2Pass: end }), End: true },
        }),
        End: true,
      },
    }),
  ],
  [
    'scenarios::test_map_state_label',
    machine({
      MapState: { Type: 'Map', Label: 'TestMap', ItemProcessor: distributed({ IteratorInner: end }), End: true },
    }),
  ],
  [
    'scenarios::test_map_state_config_distributed_item_selector',
    machine({
      MapState: {
        Type: 'Map',
        MaxConcurrency: 1,
        ItemSelector: {
          constantValue: 'constant',
          mapValue: '{% $states.context.Map.Item.Value %}',
          fromInput: '{% $states.input %}',
        },
        ItemProcessor: distributed({ IteratorInner: end }),
        Next: 'Finish',
      },
      Finish: { Type: 'Succeed' },
    }),
  ],
  ['scenarios::test_map_state_tolerated_failure_percentage_path[-1]', overValues(percentage)],
  ['scenarios::test_map_state_tolerated_failure_percentage_path[1.1]', overValues(percentage)],
  ['scenarios::test_map_state_tolerated_failure_percentage_path[100]', overValues(percentage)],
  [
    'scenarios::test_parallel_state[PARALLEL_STATE]',
    machine({
      LoadInput: { Type: 'Pass', Output: [1, 2, 3, 4], Next: 'ParallelState' },
      ParallelState: {
        Type: 'Parallel',
        Branches: [branch('Branch1'), branch('Branch21', 'Branch22'), branch('Branch31', 'Branch32', 'Branch33')],
        End: true,
      },
    }),
  ],
  [
    'assign_base::test_base_parallel_cases[BASE_SCOPE_PARALLEL]',
    machine({
      State0: { Type: 'Pass', Assign: { x: 42 }, Next: 'State1' },
      State1: {
        Type: 'Parallel',
        End: true,
        Branches: [assigningBranch('Branch1'), assigningBranch('Branch21'), assigningBranch('Branch31')],
      },
    }),
  ],
  [
    'assign_base::test_base_cases[BASE_SCOPE_MAP]',
    machine({
      State0: { Type: 'Pass', Assign: { x: 42, items: [1, 2, 3] }, Next: 'State1' },
      State1: {
        Type: 'Map',
        Items: '{% $items %}',
        MaxConcurrency: 1,
        ItemProcessor: inline({ Inner: { ...end, Assign: { innerX: '{% $x %}' } } }),
        Next: 'State2',
      },
      State2: { ...end, Assign: { final: '{% $x %}' } },
    }),
  ],
  [
    'local_mocking::test_parallel_state_lambda',
    machine({
      ParallelState: {
        Type: 'Parallel',
        End: true,
        Branches: [1, 2].map((number) => ({
          StartAt: `Branch${number}`,
          States: {
            [`Branch${number}`]: invoke({
              Arguments: {
                FunctionName: `{% $states.input.FunctionNameBranch${number} %}`,
                Payload: '{% $states.input.Payload %}',
              },
              End: true,
            }),
          },
        })),
      },
    }),
  ],
  [
    'scenarios::test_lambda_invoke_with_retry_extended_input',
    machine({
      InvokeLambdaWithRetry: {
        Type: 'Task',
        Resource: functionArn('lambda_function_1_name'),
        // The recording is older than RedriveCount in the context object.
        Arguments: {
          ThisContextObject: "{% $states.context ~> | Execution | {}, 'RedriveCount' | %}",
          ThisState: '{% $states.input %}',
        },
        Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 3 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'HandleError' }],
        End: true,
      },
      HandleError: end,
    }),
  ],
  [
    'scenarios::test_retry_interval_features_max_attempts_zero',
    machine({
      LambdaTask: invoke({
        Arguments: {
          FunctionName: '{% $states.input.FunctionName %}',
          Payload: { RetryAttempt: '{% $states.context.State.RetryCount %}' },
        },
        Retry: [
          {
            ErrorEquals: ['States.ALL'],
            IntervalSeconds: 3,
            MaxAttempts: 0,
            BackoffRate: 2,
            MaxDelaySeconds: 5,
            JitterStrategy: 'FULL',
          },
        ],
        End: true,
      }),
    }),
  ],
  ['TestTaskServiceLambda::test_no_such_function_catch', caughtByName(invoke())],
  [
    'TestTaskLambda::test_no_such_function_catch',
    caughtByName(invoke({ Resource: functionArn('lambda_function_name') })),
  ],
  [
    'TestTaskServiceLambda::test_raise_custom_exception',
    machine({
      InvokeLambda: invoke({
        Next: 'ProcessResult',
        Catch: [{ ErrorEquals: ['CustomException'], Next: 'ErrorMatched' }],
      }),
      ProcessResult: end,
      ErrorMatched: end,
    }),
  ],
  [
    'test_service_task_lambada_data_limit_exceeded_on_large_utf8_response',
    tooLarge([
      ['States.DataLimitExceeded', 'HandleDataLimitExceeded'],
      ['States.ALL', 'HandleGeneralError'],
    ]),
  ],
  [
    'test_service_task_lambada_catch_state_all_data_limit_exceeded_on_large_utf8_response',
    tooLarge([['States.ALL', 'HandleGeneralError']]),
  ],
  ['test_fixed_timeout_service_lambda', machine({ Start: invoke({ TimeoutSeconds: 5, End: true }) })],
  [
    'test_service_lambda_map_timeout',
    machine({
      MapWait: {
        Type: 'Map',
        Items: '{% $states.input.Inputs %}',
        ItemProcessor: inline({ LambdaInvoke: invoke({ TimeoutSeconds: 5, End: true }) }),
        End: true,
      },
    }),
  ],
])('%s', async (name, definition) => {
  const [group = '', own = group] = name.split('::');
  const found = cases.filter(({ id }) => id.endsWith(`::${own}`) && (own === group || id.includes(group)));
  const [recorded] = found;
  if (recorded === undefined || found.length > 1) throw new Error(`${found.length} recordings are called ${name}`);
  expect(await runCase({ ...recorded, definition: definition as Json })).toEqual({
    id: recorded.id,
    verdict: 'passed',
  });
});
