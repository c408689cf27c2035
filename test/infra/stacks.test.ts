import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CfnResource } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { FunctionRow } from '../../lib/infra/function-row.ts';
import { functionsTable, pascalCase } from '../../lib/infra/functions-table.ts';
import { placeholdersOf } from '../../lib/infra/inline-machine.ts';
import { root } from './project.ts';
import { makeStacks, ofType, shortText, synthesize } from './synthesize.ts';

const templates = synthesize();
const { state, application } = templates;
const only = (template: typeof state, type: string) => {
  const [resource, ...more] = ofType(template, type);
  if (resource === undefined || more.length > 0) throw new Error(`${more.length + (resource ? 1 : 0)} of ${type}`);
  return resource;
};
const bucketOf = (template: typeof state, name: string) =>
  ofType(template, 'AWS::S3::Bucket').find(({ id }) => id.startsWith(name))!;
const policyOf = (template: typeof state, name: string): readonly Readonly<Record<string, unknown>>[] =>
  ofType(template, 'AWS::S3::BucketPolicy').find(({ id }) => id.startsWith(name))!.Properties.PolicyDocument.Statement;
const machineText = (file: string): string => readFileSync(join(root, 'statemachines', file), 'utf8');

describe('state stack', () => {
  it('keeps all data when the stack is deleted or a change replaces something', () => {
    const lost = Object.entries(state.Resources)
      .filter(([, resource]) => resource.Type !== 'AWS::S3::BucketPolicy')
      .filter(([, resource]) => resource.DeletionPolicy !== 'Retain' || resource.UpdateReplacePolicy !== 'Retain');
    expect(lost).toEqual([]);
  });

  it('deletes everything when a setting asks for it', () => {
    const { state: given } = synthesize(undefined, { on_destroy: 'delete' });
    const kept = Object.entries(given.Resources).filter(([, resource]) => resource.DeletionPolicy === 'Retain');
    expect(kept).toEqual([]);
    const { Properties } = only(given, 'AWS::DynamoDB::GlobalTable');
    expect(Properties.Replicas[0].DeletionProtectionEnabled).toBe(false);
    // A bucket with objects cannot be deleted; something has to empty it.
    expect(ofType(given, 'Custom::S3AutoDeleteObjects')).toHaveLength(2);
    expect(ofType(state, 'Custom::S3AutoDeleteObjects')).toEqual([]);
  });

  it('has no name that an earlier stack may have left behind', () => {
    const { Properties } = only(state, 'AWS::Events::EventBus');
    expect(JSON.stringify(Properties.Name)).toMatch(/flotilla-test-.*AWS::StackId/);
    expect(only(state, 'AWS::DynamoDB::GlobalTable').Properties).not.toHaveProperty('TableName');
    for (const { Properties } of ofType(state, 'AWS::S3::Bucket')) expect(Properties).not.toHaveProperty('BucketName');
    for (const { Properties } of ofType(state, 'AWS::SecretsManager::Secret'))
      expect(Properties).not.toHaveProperty('Name');
  });

  it('has a table by pk and sk, on demand, streaming, recoverable', () => {
    const { Properties } = only(state, 'AWS::DynamoDB::GlobalTable');
    expect(Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(Properties.Replicas).toHaveLength(1);
    expect(Properties.Replicas[0]).toMatchObject({
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it.each(['Documents', 'Anchors'])(
    'has a bucket for %s that is closed, encrypted and reachable by TLS only',
    (name) => {
      const { Properties } = bucketOf(state, name);
      expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
      expect(Properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
      const [statement] = policyOf(state, name);
      expect(statement).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    },
  );

  describe('anchors', () => {
    const onlyThePublisher = {
      ArnNotLike: { 'aws:PrincipalArn': expect.anything() },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    };
    const denied = (template: typeof state) =>
      policyOf(template, 'Anchors')
        .slice(1)
        .filter(({ Effect }) => Effect === 'Deny')
        .map(({ Principal, Action, Condition }) => [Principal, Action, Condition]);

    it('only the publisher writes them, and nobody deletes them', () => {
      expect(denied(state)).toEqual([
        ['*', 's3:PutObject', onlyThePublisher],
        ['*', ['s3:DeleteObject', 's3:DeleteObjectVersion'], undefined],
      ]);
      const { state: given } = synthesize(undefined, { on_destroy: 'delete' });
      expect(denied(given)).toEqual([['*', 's3:PutObject', onlyThePublisher]]);
    });

    it('are locked as long as a setting says, and not without it', () => {
      expect(bucketOf(state, 'Anchors').Properties).not.toHaveProperty('ObjectLockEnabled');
      const { state: locked } = synthesize(undefined, { anchor_lock_days: 365 });
      expect(bucketOf(locked, 'Anchors').Properties).toMatchObject({
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } },
      });
    });

    it('are signed by a key that only the publisher uses', () => {
      const { KeySpec, KeyUsage, KeyPolicy } = only(state, 'AWS::KMS::Key').Properties;
      expect([KeySpec, KeyUsage]).toEqual(['ECC_NIST_P256', 'SIGN_VERIFY']);
      const denies = KeyPolicy.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Deny');
      expect(denies).toMatchObject([
        { Principal: '*', Action: 'kms:Sign', Resource: '*', Condition: onlyThePublisher },
      ]);
    });
  });

  it('keeps old versions of documents for a month, and uploads and leftovers of previews for a day', () => {
    const { Rules } = bucketOf(state, 'Documents').Properties.LifecycleConfiguration;
    const day = { NoncurrentDays: 1 };
    expect(Rules).toEqual([
      {
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
      { Status: 'Enabled', Prefix: 'uploads/', ExpirationInDays: 1, NoncurrentVersionExpiration: day },
      { Status: 'Enabled', Prefix: 'previews/', ExpirationInDays: 1, NoncurrentVersionExpiration: day },
      { Status: 'Enabled', ExpiredObjectDeleteMarker: true },
    ]);
  });

  it('has a secret for Harness without a value, and a generated one for its callbacks', () => {
    const secrets = ofType(state, 'AWS::SecretsManager::Secret').map(({ id, Properties }) => [
      id.slice(0, 7),
      Properties,
    ]);
    const { Harness, Callbac } = Object.fromEntries(secrets);
    expect(secrets).toHaveLength(2);
    expect(Object.keys(Harness).sort()).toEqual(['Description', 'Tags']);
    expect(Callbac.GenerateSecretString).toEqual({ ExcludePunctuation: true, PasswordLength: 40 });
  });
});

describe('functions', () => {
  const lambdas = ofType(application, 'AWS::Lambda::Function');

  it.each(Object.entries<FunctionRow>(functionsTable))('%s is as its row says', (stem, row) => {
    const own = lambdas.filter(({ id }) => id.startsWith(`Handlers${pascalCase(stem)}Function`));
    expect(own).toHaveLength(1);
    expect(own[0]?.Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: row.memory,
      Timeout: row.timeout,
      LoggingConfig: { LogFormat: 'JSON' },
      TracingConfig: { Mode: row.trigger === 'http' ? 'Active' : 'PassThrough' },
      Environment: { Variables: { POWERTOOLS_SERVICE_NAME: 'flotilla-test' } },
    });
    const group = application.Resources[own[0]?.Properties.LoggingConfig.LogGroup.Ref];
    expect(group?.Properties.RetentionInDays).toBe(30);
  });

  it('match the table', () => {
    expect(lambdas).toHaveLength(Object.keys(functionsTable).length);
  });

  it('end before the state that calls them gives up', () => {
    for (const file of ['batch.asl.json', 'watch.asl.json', 'preview.asl.json']) {
      const tasks = [...machineText(file).matchAll(/"FunctionName": "([^"]+)"[\s\S]*?"TimeoutSeconds": (\d+|")/g)];
      const called = tasks.flatMap(([, names = '', seconds = '"']) =>
        placeholdersOf(names).map((name) => ({ name, seconds })),
      );
      expect(called.length).toBeGreaterThan(1);
      for (const { name, seconds } of called) {
        const row = Object.entries(functionsTable).find(([stem]) => pascalCase(stem) === name)?.[1];
        if (seconds !== '"') expect(row?.timeout, name).toBeLessThanOrEqual(Number(seconds));
      }
    }
  });
});

describe('state machines', () => {
  it.each(['batch', 'watch', 'preview'])('%s is in the template as it is in its file', (name) => {
    const text = machineText(`${name}.asl.json`);
    const machine = ofType(application, 'AWS::StepFunctions::StateMachine').find(
      ({ Properties }) => Properties.StateMachineName === `flotilla-test-${name}`,
    );
    expect(machine?.Properties.DefinitionString).toBe(text);
    expect(machine?.Properties).not.toHaveProperty('StateMachineType'); // Standard
    const substitutions = Object.entries(machine?.Properties.DefinitionSubstitutions);
    expect(substitutions.map(([key]) => key).sort()).toEqual(placeholdersOf(text));
    for (const [key, arn] of substitutions) expect(shortText(arn, templates)).toBe(`Handlers${key}Function`);
  });

  it('lets the Distributed Map start its children by a policy that the machine does not wait for', () => {
    const machine = ofType(application, 'AWS::StepFunctions::StateMachine').find(({ id }) => id.startsWith('Batch'));
    const policy = ofType(application, 'AWS::IAM::Policy').find(({ id }) => id.startsWith('BatchMachineChildren'));
    expect(policy?.Properties.PolicyDocument.Statement[0].Action).toBe('states:StartExecution');
    expect(machine?.DependsOn).not.toContain(policy?.id);
    expect(ofType(application, 'AWS::IAM::Policy').some(({ id }) => id.startsWith('WatchMachineChildren'))).toBe(false);
  });
});

describe('the triggers of functions', () => {
  it.each([
    ['DispatchTurns', { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: ['INBOX'] } } } }, 3, 'InboxDeadLetters'],
    [
      'PublishEvents',
      { eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'EVENTS#' }, 'UNANCHORED'] } } } },
      20,
      'EventsDeadLetters',
    ],
  ])('%s is called for its new items, and a bad record goes to a queue', (name, pattern, retries, queue) => {
    const source = ofType(application, 'AWS::Lambda::EventSourceMapping').find(({ Properties }) =>
      Properties.FunctionName.Ref.startsWith(`Handlers${name}`),
    );
    const { FilterCriteria, EventSourceArn, DestinationConfig, ...rest } = source?.Properties ?? {};
    expect(FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern))).toEqual([pattern]);
    expect(shortText(EventSourceArn, templates)).toBe('Table.StreamArn');
    expect(shortText(DestinationConfig.OnFailure.Destination, templates)).toBe(queue);
    expect(rest).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: retries,
      MaximumRecordAgeInSeconds: 43_200,
    });
  });

  const ruleOf = (id: string) => ofType(application, 'AWS::Events::Rule').find((rule) => rule.id.startsWith(id))!;

  it('sweeps every minute', () => {
    const { Properties } = ruleOf('Sweeper');
    expect(Properties).toMatchObject({ ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    expect(Properties.Targets.map(({ Arn }: { Arn: unknown }) => shortText(Arn, templates))).toEqual([
      'HandlersSweepFunction',
    ]);
  });

  it('receives each stopped, failed or timed-out execution of ours, from the default bus', () => {
    const { Properties } = ruleOf('Executions');
    expect(Properties).not.toHaveProperty('EventBusName');
    const { detail, ...pattern } = Properties.EventPattern;
    expect(pattern).toEqual({
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
    });
    expect(detail.status).toEqual(['ABORTED', 'FAILED', 'TIMED_OUT']);
    const machine = (name: string) => `arn:aws:states:region:account:stateMachine:flotilla-test-${name}`;
    const [batch, watch, { prefix: children }] = detail.stateMachineArn;
    expect([batch, watch, children].map((arn) => shortText(arn, templates))).toEqual([
      machine('batch'),
      machine('watch'),
      // With the slash: children of its Map, and no other machine whose name begins like this.
      machine('batch/'),
    ]);
    expect(Properties.Targets.map(({ Arn }: { Arn: unknown }) => shortText(Arn, templates))).toEqual([
      'HandlersSettleExecutionFunction',
    ]);
  });

  it('lets only the rules and the API call a function', () => {
    const callers = ofType(application, 'AWS::Lambda::Permission').map(({ Properties }) => [
      Properties.Principal,
      shortText(Properties.FunctionName, templates),
    ]);
    expect(callers.sort()).toEqual([
      ['apigateway.amazonaws.com', 'HandlersApiBatchesFunction'],
      ['apigateway.amazonaws.com', 'HandlersApiDecisionsFunction'],
      ['apigateway.amazonaws.com', 'HandlersApiEventsFunction'],
      ['apigateway.amazonaws.com', 'HandlersApiFunction'],
      ['apigateway.amazonaws.com', 'HandlersApiLooksFunction'],
      ['apigateway.amazonaws.com', 'HandlersReadLogsFunction'],
      ['apigateway.amazonaws.com', 'HandlersTakeHintFunction'],
      ['events.amazonaws.com', 'HandlersSettleExecutionFunction'],
      ['events.amazonaws.com', 'HandlersSurveyClustersFunction'],
      ['events.amazonaws.com', 'HandlersSweepFunction'],
    ]);
  });
});

it('fails validation when a property is wrong', () => {
  const { application: stack } = makeStacks({}, { validates: true });
  const lambda = stack.node.findChild('Handlers').node.findChild('Api').node.findChild('Function');
  (lambda.node.defaultChild as CfnResource).addPropertyOverride('Runtime', 'nodejs12.x');
  expect(() => Template.fromStack(stack)).toThrow(/nodejs12\.x/);
});
