import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { measures } from '../../lib/domain/measurement/measurement.ts';
import { alarmsTable } from '../../lib/infra/alarms-table.ts';
import { functionsTable } from '../../lib/infra/functions-table.ts';
import { root } from './project.ts';
import { makeStacks, ofType, type TemplateJson } from './synthesize.ts';

const { state, application, observability } = makeStacks({ alarm_email: 'ops@example.com' });
const json = (stack: typeof state | typeof application | typeof observability) =>
  Template.fromStack(stack).toJSON() as TemplateJson;
const template = json(observability);
const alarms = ofType(template, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);

/** The metrics of an alarm or a graph, as JSON anywhere in it. */
interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, unknown>>;
}

const metricsOf = (alarm: (typeof alarms)[number]): readonly Named[] =>
  (alarm.Metrics ?? [{ MetricStat: { Metric: alarm } }])
    .flatMap((one: { MetricStat?: { Metric: (typeof alarms)[number] } }) => one.MetricStat?.Metric ?? [])
    .map(({ Namespace, MetricName, Dimensions }: (typeof alarms)[number]) => ({
      namespace: Namespace,
      name: MetricName,
      dimensions: Object.fromEntries(
        Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
      ),
    }));

describe('alarms', () => {
  it('are the alarms of the table, named after the stage, each with its heading in the runbook', () => {
    const names = alarms.map(({ AlarmName }) => AlarmName.replace(/^flotilla-test-/, ''));
    const headings = [...readFileSync(join(root, 'docs/runbook.md'), 'utf8').matchAll(/^## (.+)$/gm)].map(([, h]) => h);
    expect(names.sort()).toEqual(Object.keys(alarmsTable).sort());
    expect([...headings].sort()).toEqual(names.sort());
  });

  it('use as many metrics as docs/cost.md counts', () => {
    const written = /each of the (\d+) metrics that they look at/.exec(
      readFileSync(join(root, 'docs/cost.md'), 'utf8'),
    )?.[1];
    expect(alarms.flatMap(metricsOf)).toHaveLength(Number(written));
  });

  it('have their meaning, investigation and resolution in the runbook', () => {
    const [, ...entries] = readFileSync(join(root, 'docs/runbook.md'), 'utf8').split(/^## /m);
    for (const entry of entries) {
      expect(
        [...entry.matchAll(/^- \*\*(\w+)\.\*\*/gm)].map(([, part]) => part),
        entry.split('\n')[0],
      ).toEqual(['Means', 'Look', 'Do']);
    }
  });

  it('notify the topic when they begin and when they end', () => {
    for (const { AlarmActions, OKActions } of alarms) {
      expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^NotificationsTopic/) }]);
      expect(OKActions).toEqual(AlarmActions);
    }
  });

  it('watch functions, queues and machines that exist by that name', () => {
    const own = json(application);
    const named = (type: string, key: string) =>
      [...ofType(own, type), ...ofType(template, type)].map(({ Properties }) => Properties[key]);
    const known = {
      FunctionName: named('AWS::Lambda::Function', 'FunctionName'),
      QueueName: named('AWS::SQS::Queue', 'QueueName'),
    };
    const used = alarms.flatMap(metricsOf);
    for (const [dimension, names] of Object.entries(known)) {
      const asked = used.flatMap(({ dimensions }) => dimensions[dimension] ?? []);
      expect(asked.length).toBeGreaterThan(0);
      expect(names).toEqual(expect.arrayContaining(asked));
    }
    // Every queue has an alarm, and every function has one for its errors or its answers.
    const asked = (dimension: string) => new Set(used.map(({ dimensions }) => dimensions[dimension]));
    expect([...known.QueueName].filter((name) => !asked('QueueName').has(name))).toEqual([]);
    expect([...known.FunctionName].filter((name) => !asked('FunctionName').has(name))).toEqual([]);
    const machines = named('AWS::StepFunctions::StateMachine', 'StateMachineName');
    for (const name of machines) expect(JSON.stringify([...asked('StateMachineArn')])).toContain(`:${name}"`);
  });

  it('use only metrics of ours that the code writes', () => {
    const used = alarms.flatMap(metricsOf).filter(({ namespace }) => namespace === 'Flotilla');
    expect(used.length).toBeGreaterThan(0);
    for (const { name, dimensions } of used) {
      expect(Object.keys(measures)).toContain(name);
      expect(dimensions).toEqual({ service: 'flotilla-test' });
    }
  });
});

describe('the dashboard', () => {
  const [dashboard] = ofType(template, 'AWS::CloudWatch::Dashboard');
  const body = JSON.stringify(dashboard?.Properties.DashboardBody).replaceAll('\\', '');

  it('shows every metric of ours, by each of its dimensions', () => {
    for (const [name, measure] of Object.entries<{ readonly unit: string; readonly by?: string }>(measures)) {
      const { by } = measure;
      const apart = by === undefined ? ['service'] : ['service', by].sort();
      const dimensions = apart.map((one) => `"${one}","${one === 'service' ? 'flotilla-test"' : '[A-Za-z]+"'}`);
      expect(body, name).toMatch(new RegExp(`"Flotilla","${name}",${dimensions.join(',')}`));
    }
  });

  it('shows the drift of each place as its own number, the latest and not a sum of surveys', () => {
    const network = { vpc: 'vpc-0123456789abcdef0', subnets: ['subnet-0123456789abcdef0'], nat: true };
    const placed = json(makeStacks({ places: { payments: network, risk: network } }).observability);
    const [shown] = ofType(placed, 'AWS::CloudWatch::Dashboard');
    const text = JSON.stringify(shown?.Properties.DashboardBody).replaceAll('\\', '');
    const found = [...text.matchAll(/\["Flotilla","DriftedTargets",(.*?),\{(.*?)\}/g)];
    expect(found.map(([, dimensions]) => dimensions)).toEqual([
      '"service","flotilla-test"',
      '"place","payments","service","flotilla-test"',
      '"place","risk","service","flotilla-test"',
    ]);
    for (const [, , options] of found) expect(options).toContain('"stat":"Maximum"');
  });

  it('shows errors of every function, the alarms and the cost', () => {
    for (const stem of Object.keys(functionsTable))
      expect(body).toContain(`"AWS/Lambda","Errors","FunctionName","flotilla-test-${stem}"`);
    expect(body).toContain('"type":"alarm"');
    for (const part of ['Lambda', 'DynamoDB', 'Step Functions']) expect(body).toContain(`"label":"${part}"`);
  });
});

describe('notifications', () => {
  it('notify the topic how each batch ended, in a sentence, and keep what failed to send', () => {
    const [rule, ...more] = ofType(template, 'AWS::Events::Rule').map(({ Properties }) => Properties);
    expect(more).toEqual([]);
    expect(rule?.EventPattern).toEqual({
      source: ['flotilla'],
      'detail-type': ['Batch Status Change'],
      detail: { actor: ['finish'] },
    });
    expect(rule?.Targets).toHaveLength(1);
    expect(rule?.Targets[0]).toMatchObject({
      DeadLetterConfig: { Arn: { 'Fn::GetAtt': [expect.stringMatching(/^NotificationsDeadLetters/), 'Arn'] } },
      InputTransformer: {
        InputTemplate: '"Batch <detail-batch_id> has ended: <detail-to> (<detail-reason>). <detail-message>"',
      },
    });
  });

  it('accepts messages from alarms of the stage and from the rule, over TLS only', () => {
    const [policy] = ofType(template, 'AWS::SNS::TopicPolicy');
    const statements = policy?.Properties.PolicyDocument.Statement as readonly Record<string, unknown>[];
    const said = statements.map(({ Effect, Principal, Condition }) => [Effect, Principal, Condition]);
    expect(said).toContainEqual(['Deny', '*', { Bool: { 'aws:SecureTransport': 'false' } }]);
    const StringEquals = { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } };
    const from = (source: unknown) => ({ StringEquals, ArnLike: { 'aws:SourceArn': source } });
    const stage = { 'Fn::Join': ['', expect.arrayContaining([':cloudwatch:', ':alarm:flotilla-test-*'])] };
    expect(said).toContainEqual(['Allow', { Service: 'cloudwatch.amazonaws.com' }, from(stage)]);
    const rule = { 'Fn::GetAtt': [expect.stringMatching(/^NotificationsBatchEnds/), 'Arn'] };
    expect(said).toContainEqual(['Allow', { Service: 'events.amazonaws.com' }, from(rule)]);
    expect(said).toHaveLength(3);
  });

  it('sends mail to the addresses in the settings, and to nobody else', () => {
    expect(ofType(template, 'AWS::SNS::Subscription').map(({ Properties }) => Properties)).toMatchObject([
      { Protocol: 'email', Endpoint: 'ops@example.com' },
    ]);
    expect(ofType(json(makeStacks().observability), 'AWS::SNS::Subscription')).toEqual([]);
  });
});

describe('the archive', () => {
  it.each([
    [{}, 1],
    [{ archive: 'false' }, 0],
  ])('with %o there are %i', (given, archives) => {
    expect(ofType(json(makeStacks(given).state), 'AWS::Events::Archive')).toHaveLength(archives);
  });
});

describe('dead letters', () => {
  const asyncOf = (own: ReturnType<typeof json>, lambda: RegExp) =>
    ofType(own, 'AWS::Lambda::EventInvokeConfig').find(({ Properties }) => lambda.test(Properties.FunctionName.Ref))
      ?.Properties;

  it('of the sweeper: keeps what neither the rule nor Lambda repeats', () => {
    const own = json(application);
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^SweeperDeadLetters/), 'Arn'] };
    const async = asyncOf(own, /^HandlersSweep/);
    expect(async).toMatchObject({ MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: queue } } });
    const rule = ofType(own, 'AWS::Events::Rule').find(({ id }) => id.startsWith('Sweeper'))?.Properties;
    expect(rule?.Targets[0]).toMatchObject({
      DeadLetterConfig: { Arn: queue },
      RetryPolicy: { MaximumRetryAttempts: 0 },
    });
  });

  it('of the survey: the next one looks at the same things', () => {
    const own = json(application);
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^SurveyDeadLetters/), 'Arn'] };
    expect(asyncOf(own, /^HandlersSurveyClusters/)).toMatchObject({
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
    const rule = ofType(own, 'AWS::Events::Rule').find(({ id }) => id.startsWith('Survey'))?.Properties;
    expect(rule).toMatchObject({
      ScheduleExpression: 'rate(2 minutes)',
      Targets: [{ DeadLetterConfig: { Arn: queue } }],
    });
  });

  it('of what settles executions: keeps events that failed three times within ten minutes', () => {
    const own = json(application);
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^ExecutionsDeadLetters/), 'Arn'] };
    const often = { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 };
    expect(ofType(own, 'AWS::Lambda::EventInvokeConfig')).toHaveLength(3);
    expect(asyncOf(own, /^HandlersSettleExecution/)).toMatchObject({
      ...often,
      DestinationConfig: { OnFailure: { Destination: queue } },
    });
    const rule = ofType(own, 'AWS::Events::Rule').find(({ id }) => id.startsWith('Executions'))?.Properties;
    expect(rule?.Targets[0]).toMatchObject({ DeadLetterConfig: { Arn: queue }, RetryPolicy: often });
  });
});
