import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import type { FunctionRow } from '../../lib/infra/function-row.ts';
import { functionsTable, pascalCase } from '../../lib/infra/functions-table.ts';
import { granted, ownerlessRoles } from './granted.ts';
import { ofType, shortText, synthesize } from './synthesize.ts';

const templates = synthesize();

const states = 'arn:aws:states:region:account';
const inTable = (actions: readonly string[], partitions?: readonly string[]) => {
  const condition = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
  const where = partitions === undefined ? '' : ` if ${JSON.stringify(condition)}`;
  return actions.map((action) => `dynamodb:${action} Table${where}`);
};
const table = inTable(['GetItem', 'Query']);
const put = (...partitions: readonly string[]) => inTable(['PutItem'], partitions);
const write = (actions: readonly string[], ...partitions: readonly string[]) =>
  inTable(
    actions.map((action) => (action === 'Check' ? 'ConditionCheckItem' : `${action}Item`)),
    partitions,
  );
const fed = ['ANCHORS', 'EVENTS#*', 'FEED#*'] as const;
const feed = [...inTable(['GetItem'], fed), ...write(['Put', 'Update'], ...fed, 'UNANCHORED')];
const hints = [...inTable(['GetItem', 'Query'], ['WATCHERS', 'WATCH#executor:*']), ...put('HINTS', 'WATCHERS')];
const ofOutcome = [
  'BATCH#*',
  'CHANGES#*',
  'DISPATCHER',
  'EVENTS#*',
  'INBOX',
  'OBJECT#*',
  'SERVICES#*',
  'TARGET#*',
  'TARGETS#*',
  'WATCH#*',
] as const;
const outcome = write(['Put', 'Delete'], ...ofOutcome);
const run = write(
  ['Put', 'Update', 'Delete', 'Check'],
  ...['BATCH#*', 'BUDGETS', 'DISPATCHER', 'EVENTS#*', 'INBOX', 'SERVICES#*', 'TARGETS#*', 'WATCH#*', 'WATCHERS'],
);
const read = ['s3:GetObject Documents/*', 's3:ListBucket Documents'];
const store = ['s3:PutObject Documents/batches/*', 's3:PutObject Documents/manifests/*'];
const anchors = ['s3:GetObject Anchors/*', 's3:ListBucket Anchors'];
const anchoring = [...anchors, 's3:PutObject Anchors/*', 'kms:Sign AnchorKey', 'kms:GetPublicKey AnchorKey'];
const uploads = ['s3:PutObject Documents/uploads/*'];
const tokens = ['Success', 'Failure'].flatMap((end) =>
  ['', '/*'].map((children) => `states:SendTask${end} ${states}:stateMachine:flotilla-test-batch${children}`),
);
const start = (machine: string) => [`states:StartExecution ${states}:stateMachine:flotilla-test-${machine}`];
const executions = (action: string, machine: string) =>
  [':*', '/*'].map((rest) => `states:${action} ${states}:execution:flotilla-test-${machine}${rest}`);
const describeBatch = executions('DescribeExecution', 'batch');
const stopBatch = executions('StopExecution', 'batch');
const secret = ['secretsmanager:GetSecretValue HarnessSecret.Ref'];
const cluster = ['eks:DescribeCluster arn:aws:eks:*:account:cluster/*'];
const puts = (queue: string) =>
  ['GetQueueAttributes', 'GetQueueUrl', 'SendMessage'].map((action) => `sqs:${action} ${queue}`);
/** What Lambda needs to read a stream on behalf of a function, and to send bad records to a queue. */
const stream = (queue: string) => [
  ...['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
    (action) => `dynamodb:${action} Table.StreamArn`,
  ),
  ...puts(queue),
];
const previews = (verb: 'Put' | 'Delete') => [`s3:${verb}Object Documents/previews/*`];
const invoke = (...names: string[]) => names.map((name) => `lambda:InvokeFunction Handlers${name}Function`);

const batchFunctions = [
  ...['PlanBatch', 'AwaitTurn', 'CaptureBaseline', 'StartDeployment', 'LookBack', 'StartRestore', 'VerifyRollout'],
  ...['RecordOutcome', 'ConcludeBatch', 'FinishBatch', 'DeployToCluster'],
];

const api = [
  ...table,
  ...write(
    ['Put', 'Update', 'Delete', 'Check'],
    ...[
      'BATCH#*',
      'BATCHES',
      'BY#*',
      'CHANGES#*',
      'ENVIRONMENTS',
      'EVENTS#*',
      'IDEMPOTENCY#*',
      'INBOX',
      'OBJECT#*',
      'OPEN',
      'PREVIEWS#*',
      'REQUESTS#*',
      'SERVICES#*',
      'SUBMITTER#*',
      'TARGET#*',
      'TARGETS#*',
    ],
    'UPLOADS#*',
    'USERS',
    'WAITING#*',
  ),
  ...read,
  ...store,
  ...uploads,
  ...anchors,
  ...start('batch'),
  ...start('preview'),
  ...previews('Put'),
];

const expected: Readonly<Record<string, readonly string[]>> = {
  Api: api,
  ApiBatches: api,
  ApiEvents: api,
  ApiDecisions: api,
  ApiLooks: [
    ...table,
    ...write(
      ['Put', 'Delete', 'Check'],
      ...['CHANGES#*', 'DISPATCHER', 'DRIFT', 'DRIFT#*', 'EVENTS#*', 'TARGET#*', 'TARGETS#*'],
    ),
    ...read,
    's3:PutObject Documents/manifests/adopted/*',
    ...cluster,
  ],
  ReadLogs: [...table, ...read, ...cluster],
  TakeHint: [...hints, ...start('watch'), 'secretsmanager:GetSecretValue CallbackSecret.Ref'],
  PlanBatch: [
    ...table,
    ...write(['Put', 'Delete'], 'BATCH#*', 'BY#*', 'ENVIRONMENTS', 'EVENTS#*', 'INBOX', 'PREVIEWS#*'),
    ...read,
    ...store,
    ...previews('Put'),
  ],
  AwaitTurn: [...table, ...write(['Update'], 'BATCH#*'), ...tokens],
  DispatchTurns: [
    ...table,
    ...write(['Put', 'Update', 'Delete'], 'BATCH#*', 'DISPATCHER', 'EVENTS#*', 'INBOX', 'REJECTED'),
    ...read,
    ...tokens,
    ...stream('InboxDeadLetters'),
  ],
  CaptureBaseline: [
    ...table,
    ...write(
      ['Put', 'Delete'],
      ...['BATCH#*', 'CLUSTERS', 'DISPATCHER', 'EVENTS#*', 'INBOX', 'SERVICES#*', 'TARGETS#*'],
    ),
    ...read,
    ...cluster,
  ],
  StartDeployment: [...table, ...run, ...read, ...tokens, ...start('watch'), ...secret],
  LookBack: [
    ...table,
    ...write(['Put', 'Update', 'Delete'], 'BATCH#*', 'EVENTS#*', 'WATCH#*'),
    ...read,
    ...tokens,
    ...cluster,
  ],
  StartRestore: [...table, ...run, ...read, ...tokens, ...start('watch'), ...secret],
  DeployToCluster: [
    ...table,
    ...write(
      ['Put', 'Update', 'Delete', 'Check'],
      ...['BATCH#*', 'CLUSTERS', 'DISPATCHER', 'EVENTS#*', 'EXECUTORS', 'INBOX', 'PREVIEWS#*', 'SERVICES#*'],
      ...['TARGETS#*', 'WATCH#*', 'WATCHERS'],
    ),
    ...read,
    ...store,
    ...previews('Delete'),
    ...tokens,
    ...start('watch'),
    ...cluster,
    'cloudwatch:GetMetricData *',
  ],
  VerifyRollout: [
    ...table,
    ...write(['Put', 'Update'], 'BATCH#*', 'WATCH#*', 'WATCHERS'),
    ...read,
    ...tokens,
    ...start('watch'),
  ],
  RecordOutcome: [...table, ...outcome, ...read],
  ConcludeBatch: [...table, ...outcome, ...read, ...describeBatch],
  FinishBatch: [
    ...table,
    ...write(['Put', 'Delete', 'Check'], ...['BATCH#*', 'BATCHES', 'BY#*', 'EVENTS#*', 'INBOX', 'OPEN', 'SUBMITTER#*']),
    ...read,
    ...store,
    ...start('batch'),
  ],
  WatchExecutor: [
    ...table,
    ...write(
      ['Put', 'Update', 'Delete', 'Check'],
      'BATCH#*',
      'BUDGETS',
      'EVENTS#*',
      'EXECUTORS',
      'INBOX',
      'WATCH#*',
      'WATCHERS',
    ),
    ...read,
    ...tokens,
    ...start('watch'),
    ...secret,
  ],
  WatchCluster: [
    ...table,
    ...write(['Put', 'Update', 'Delete'], ...[...ofOutcome, 'CLUSTERS', 'WATCHERS'].sort()),
    ...read,
    ...tokens,
    ...start('watch'),
    ...cluster,
  ],
  Sweep: [
    ...table,
    ...write(
      ['Put', 'Update', 'Delete', 'Check'],
      ...[
        'BATCH#*',
        'BATCHES',
        'BY#*',
        'CHANGES#*',
        'DISPATCHER',
        'EVENTS#*',
        'EXPIRING',
        'FEED#*',
        'INBOX',
        'OBJECT#*',
        'OPEN',
        'REJECTED',
        'SERVICES#*',
        'SUBMITTER#*',
        'TARGET#*',
        'TARGETS#*',
        'UNANCHORED',
        'WATCH#*',
        'WATCHERS',
      ],
    ),
    ...read,
    ...store,
    's3:DeleteObject Documents/batches/*',
    ...tokens,
    ...start('batch'),
    ...describeBatch,
    ...start('watch'),
    ...puts('SweeperDeadLetters'),
  ],
  SurveyClusters: [
    ...table,
    ...write(['Put', 'Update', 'Delete'], ...['DRIFT', 'DRIFT#*', 'EVENTS#*', 'TARGETS#*']),
    ...read,
    ...cluster,
    ...puts('SurveyDeadLetters'),
  ],
  SettleExecution: [
    ...table,
    ...write(
      ['Put', 'Delete', 'Check'],
      ...[
        'BATCH#*',
        'BATCHES',
        'BY#*',
        'CHANGES#*',
        'DISPATCHER',
        'EVENTS#*',
        'INBOX',
        'OBJECT#*',
        'OPEN',
        'SERVICES#*',
      ],
      ...['SUBMITTER#*', 'TARGET#*', 'TARGETS#*', 'WATCH#*', 'WATCHERS'],
    ),
    ...read,
    ...store,
    ...tokens,
    ...start('batch'),
    ...describeBatch,
    ...start('watch'),
    ...puts('ExecutionsDeadLetters'),
  ],
  PublishEvents: [...feed, ...stream('EventsDeadLetters'), 'events:PutEvents Bus', ...anchoring],
};

/** A trace has no resource that could be named. */
const traces = ['PutTelemetryRecords', 'PutTraceSegments'].map((action) => `xray:${action} *`);
const machineTraces = [...traces, ...['GetSamplingRules', 'GetSamplingTargets'].map((action) => `xray:${action} *`)];

const logs = (name: string) =>
  // CDK never repeats a word in a name.
  ['CreateLogStream', 'PutLogEvents'].map((action) => `logs:${action} Handlers${name.replace(/Logs$/, '')}Logs`);

const wanted: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(expected).map(([name, rights]) => [name, [...rights, ...logs(name), ...traces].sort()]),
  ),
  BatchMachine: [
    ...invoke(...batchFunctions),
    ...start('batch'),
    ...describeBatch,
    ...stopBatch,
    ...machineTraces,
  ].sort(),
  PreviewMachine: [...invoke('DeployToCluster', 'PlanBatch'), ...machineTraces].sort(),
  WatchMachine: [...invoke('WatchExecutor', 'WatchCluster', 'DeployToCluster'), ...machineTraces].sort(),
};

it('gives each function and machine the rights of this table and no other', () => {
  expect(granted(templates)).toEqual(wanted);
});

it.each([
  ['one more', 'states:ListExecutions', 'arn:aws:states:eu-central-1:111122223333:stateMachine:x'],
  ['one for everything', 's3:*', '*'],
])('sees %s', (_, action, resource) => {
  const changed = synthesize(({ application }) => {
    const handler = application.node.findChild('Handlers').node.findChild('Sweep').node.findChild('Function');
    (handler as Lambda).addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
  });
  expect(granted(changed)).not.toEqual(wanted);
  expect(granted(changed)).toEqual({ ...wanted, Sweep: [...(wanted.Sweep ?? []), `${action} ${resource}`].sort() });
});

it('has no role without an owner', () => {
  expect(ownerlessRoles(templates)).toEqual([]);
});

const TABLE_NAME = 'Table.Ref';
const DOCUMENTS_BUCKET = 'Documents.Ref';
const BATCH_MACHINE_ARN = `${states}:stateMachine:flotilla-test-batch`;
const WATCH_MACHINE_ARN = `${states}:stateMachine:flotilla-test-watch`;
const ANCHORS_BUCKET = 'Anchors.Ref';
const HARNESS_SECRET_ID = 'HarnessSecret.Ref';

it('gives each function the names of what it may use, and no other', () => {
  const environments = Object.fromEntries(
    ofType(templates.application, 'AWS::Lambda::Function').map(({ id, Properties }) => [
      id.replace(/^Handlers|Function[0-9A-F]{8}$/g, ''),
      Object.fromEntries(
        Object.entries(Properties.Environment.Variables)
          .filter(([key]) => key !== 'POWERTOOLS_SERVICE_NAME')
          .map(([key, value]) => [key, shortText(value, templates)]),
      ),
    ]),
  );
  const both = { TABLE_NAME, DOCUMENTS_BUCKET };
  const api = {
    ...both,
    ANCHORS_BUCKET,
    BATCH_MACHINE_ARN,
    PREVIEW_MACHINE_ARN: `${states}:stateMachine:flotilla-test-preview`,
    CLIENTS: 'ci=TokensPoolClient.Ref',
    NODE_OPTIONS: '--max-old-space-size=800',
  };
  expect(environments).toEqual({
    ...Object.fromEntries(['Api', 'ApiBatches', 'ApiEvents', 'ApiDecisions'].map((name) => [name, api])),
    ApiLooks: { ...both, CLIENTS: 'ci=TokensPoolClient.Ref' },
    ReadLogs: { ...both, CLIENTS: 'ci=TokensPoolClient.Ref' },
    TakeHint: { TABLE_NAME, WATCH_MACHINE_ARN, CALLBACK_SECRET_ID: 'CallbackSecret.Ref' },
    PlanBatch: both,
    AwaitTurn: { TABLE_NAME },
    DispatchTurns: both,
    CaptureBaseline: both,
    StartDeployment: { ...both, WATCH_MACHINE_ARN, HARNESS_SECRET_ID },
    LookBack: both,
    StartRestore: { ...both, WATCH_MACHINE_ARN, HARNESS_SECRET_ID },
    VerifyRollout: { ...both, WATCH_MACHINE_ARN },
    RecordOutcome: both,
    ConcludeBatch: { ...both, BATCH_MACHINE_ARN },
    FinishBatch: { ...both, BATCH_MACHINE_ARN },
    DeployToCluster: { ...both, WATCH_MACHINE_ARN },
    WatchExecutor: { ...both, WATCH_MACHINE_ARN, HARNESS_SECRET_ID },
    WatchCluster: { ...both, WATCH_MACHINE_ARN },
    Sweep: { ...both, BATCH_MACHINE_ARN, WATCH_MACHINE_ARN },
    SurveyClusters: both,
    SettleExecution: { ...both, BATCH_MACHINE_ARN, WATCH_MACHINE_ARN },
    PublishEvents: { TABLE_NAME, BUS_NAME: 'Bus.Ref', ANCHORS_BUCKET, ANCHOR_KEY_ID: 'AnchorKey' },
  });
});

describe('the roles of other accounts', () => {
  const roles = ['arn:aws:iam::444455556666:role/flotilla', 'arn:aws:iam::777788889999:role/team-*'];
  const given = granted(synthesize(() => {}, { cluster_roles: roles.join(',') }));

  it('are for the functions that talk to clusters, and for no others', () => {
    const may = Object.entries(given).flatMap(([name, lines]) =>
      lines.some((line) => line.startsWith('sts:')) ? [[name, lines.filter((line) => line.startsWith('sts:'))]] : [],
    );
    const asking = Object.entries<FunctionRow>(functionsTable).flatMap(([stem, row]) =>
      row.rights.some((right) => right.startsWith('clusters')) ? [pascalCase(stem)] : [],
    );
    const lines = roles.map((role) => `sts:AssumeRole ${role}`);
    expect(Object.fromEntries(may)).toEqual(Object.fromEntries(asking.map((name) => [name, lines])));
  });

  it('are granted to nobody without the setting', () => {
    expect(JSON.stringify(granted(templates))).not.toContain('sts:');
  });

  it('no function that has a secret talks to clusters', () => {
    const both = Object.entries<FunctionRow>(functionsTable).filter(
      ([, { rights }]) =>
        rights.some((one) => one.endsWith('-secret')) && rights.some((one) => one.startsWith('clusters')),
    );
    expect(both).toEqual([]);
  });
});
