import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { missingEndpoints, neededEndpoints } from '../../lib/infra/endpoints.ts';
import type { FunctionRow } from '../../lib/infra/function-row.ts';
import { functionsTable, pascalCase } from '../../lib/infra/functions-table.ts';
import { readSettings } from '../../lib/infra/settings.ts';
import { granted } from './granted.ts';
import { makeStacks, ofType, shortText, synthesize } from './synthesize.ts';

const vpc = 'vpc-0123456789abcdef0';
const places = {
  payments: {
    ...{ vpc, subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'] },
    ...{ security_groups: ['sg-0123456789abcdef0'], endpoints: ['dynamodb', 's3', 'states'] },
  },
  'risk-eu': { vpc: 'vpc-00000000aaaaaaaa0', subnets: ['subnet-00000000aaaaaaaa0'], nat: true },
};
const templates = synthesize(() => {}, { places });
const { application } = templates;
const plain = synthesize();

const asking = Object.entries<FunctionRow>(functionsTable).filter(([, { rights }]) =>
  rights.some((right) => right.startsWith('clusters')),
);
/** Functions of the API. Each has a copy that it calls. */
const calling = ['ApiLooks', 'ReadLogs'];
const lambdas = ofType(application, 'AWS::Lambda::Function').map(({ Properties }) => Properties);
const at = (place: string) => lambdas.filter(({ FunctionName }) => FunctionName.endsWith(`-at-${place}`));
const outputOf = (name: string): string => shortText(application.Outputs[name]?.Value, templates);

describe('a place', () => {
  it.each(Object.keys(places))('%s has a copy of each function that talks to clusters, and of no other', (place) => {
    const names = asking.map(([stem]) => `flotilla-test-${stem}-at-${place}`);
    expect(
      at(place)
        .map(({ FunctionName }) => FunctionName)
        .sort(),
    ).toEqual(names.sort());
    expect(at(place).map(({ Environment }) => Environment.Variables.PLACE)).toEqual(names.map(() => place));
  });

  it('is a network for its copies, whose group allows outgoing 443 only, and nothing incoming', () => {
    for (const { VpcConfig } of at('payments')) {
      expect(VpcConfig.SubnetIds).toEqual(places.payments.subnets);
      const [own, ...given] = VpcConfig.SecurityGroupIds;
      expect(shortText(own, templates)).toBe('HandlersPlacePaymentsGroup.GroupId');
      expect(given).toEqual(places.payments.security_groups);
    }
    const groups = ofType(application, 'AWS::EC2::SecurityGroup').map(({ Properties }) => Properties);
    expect(groups.map(({ VpcId }) => VpcId)).toEqual([vpc, places['risk-eu'].vpc]);
    for (const { SecurityGroupEgress, SecurityGroupIngress } of groups) {
      expect(SecurityGroupIngress).toBeUndefined();
      const out = SecurityGroupEgress.map(({ FromPort, ToPort }: Record<string, number>) => [FromPort, ToPort]);
      expect(out).toEqual([
        [443, 443],
        [443, 443],
      ]);
    }
  });

  it('leaves the functions outside as they are', () => {
    const others = lambdas.filter(({ FunctionName }) => !FunctionName.includes('-at-'));
    expect(others.filter(({ VpcConfig }) => VpcConfig !== undefined)).toEqual([]);
    const names = ofType(plain.application, 'AWS::Lambda::Function').map(({ Properties }) => Properties.FunctionName);
    expect(others.map(({ FunctionName }) => FunctionName).sort()).toEqual(names.sort());
  });

  it('gives a copy the rights of its function, and what Lambda needs for a network, which its code may not use', () => {
    const [before, now] = [granted(plain), granted(templates)];
    for (const [stem] of asking) {
      const name = `${pascalCase(stem)}AtPayments`;
      const own = before[pascalCase(stem)]!;
      // Each has a log of its own, and the survey a queue.
      const more = now[name]!.filter((line) => !own.includes(line) && !/^(logs|sqs):/.test(line));
      const allowed = more.filter((line) => !line.startsWith('not '));
      expect(allowed.every((line) => line.startsWith('ec2:') && !line.includes(' if '))).toBe(true);
      const denied = more.filter((line) => line.startsWith('not ')).map((line) => line.replace(/ if .*/, ''));
      expect(denied).toEqual(allowed.map((line) => `not ${line}`));
      const itself = `:function:flotilla-test-${stem}-at-payments`;
      for (const line of more.filter((one) => one.startsWith('not '))) expect(line).toContain(itself);
    }
  });

  it('is called by the state machines, its own clock and the function that it copies, and by nobody else', () => {
    const now = granted(templates);
    const callable = Object.entries(now).flatMap(([owner, lines]) =>
      lines
        .filter((line) => /^lambda:InvokeFunction .*AtPayments/.test(line))
        .map((line) => [owner, line.split(' ')[1]]),
    );
    const called = (name: string) => `Handlers${name}AtPaymentsFunction`;
    expect(callable.sort()).toEqual(
      [
        ...['CaptureBaseline', 'LookBack', 'DeployToCluster'].map((name) => ['BatchMachine', called(name)]),
        ...['WatchCluster', 'DeployToCluster'].map((name) => ['WatchMachine', called(name)]),
        ['PreviewMachine', called('DeployToCluster')],
        ...calling.map((name) => [name, called(name)]),
      ].sort(),
    );
    const clocks = ofType(application, 'AWS::Events::Rule').flatMap(({ Properties }) =>
      Properties.Targets.map(({ Arn }: { Arn: unknown }) => shortText(Arn, templates)),
    );
    expect(clocks).toContain(called('SurveyClusters'));
    expect(clocks.filter((arn) => calling.some((name) => arn === called(name)))).toEqual([]);
  });

  it('gives each function of the API that talks to clusters the right to call its own copies, one in each place', () => {
    const copies = (name: string) => ['Payments', 'RiskEu'].map((place) => `Handlers${name}At${place}Function`);
    for (const [owner, lines] of Object.entries(granted(templates))) {
      if (owner.endsWith('Machine')) continue;
      const called = lines.filter((line) => line.startsWith('lambda:')).map((line) => line.split(' ')[1]);
      expect([owner, called]).toEqual([owner, calling.includes(owner) ? copies(owner) : []]);
    }
    expect(JSON.stringify(granted(plain).ApiLooks)).not.toContain('lambda:');
  });

  it('lets nobody else in: only its clock has a permission for a copy, and no route leads there', () => {
    const permitted = ofType(application, 'AWS::Lambda::Permission').map(({ Properties }) => [
      shortText(Properties.FunctionName, templates),
      Properties.Principal,
    ]);
    const ofCopies = permitted.filter(([name]) => /At(Payments|RiskEu)/.test(String(name)));
    expect(ofCopies.sort()).toEqual(
      ['Payments', 'RiskEu'].map((place) => [`HandlersSurveyClustersAt${place}Function`, 'events.amazonaws.com']),
    );
  });

  it('lists the roles to let into its clusters, by what each may do there', () => {
    const rolesOf = (right: string) =>
      asking
        .filter(([, row]) => (row.rights as readonly string[]).includes(right))
        .map(([stem]) => `Handlers${pascalCase(stem)}AtPaymentsRole`);
    const expected = { Flotilla: 'clusters', FlotillaDeployer: 'clusters:deploy', FlotillaLogs: 'clusters:logs' };
    for (const [group, right] of Object.entries(expected)) {
      const told = /for role in (.*?); do/.exec(outputOf(`EntriesPayments${group}`))?.[1]?.split(' ');
      expect(told).toEqual(rolesOf(right));
    }
    expect(outputOf('EntriesPaymentsFlotillaDeployer')).toContain('--kubernetes-groups flotilla-deployer');
  });
});

describe('the endpoints that a place needs', () => {
  it('follow from the rights of its functions', () => {
    const services = new Set(
      Object.entries(granted(templates))
        .filter(([name]) => name.endsWith('AtPayments'))
        .flatMap(([, lines]) => lines.map((line) => line.replace('not ', '').split(':')[0]!)),
    );
    const named: Readonly<Record<string, string>> = { cloudwatch: 'monitoring' };
    const byLambda = ['ec2', 'logs', 'xray', 'sqs']; // of the function, and not through its network
    const asked = [...services].filter((one) => !byLambda.includes(one)).map((one) => named[one] ?? one);
    expect([...neededEndpoints(false)].sort()).toEqual(asked.sort());
    expect(neededEndpoints(true)).toContain('sts');
  });

  it.each([
    [{ nat: false, endpoints: [] }, ['eks', 's3']],
    [{ nat: false, endpoints: ['s3', 'ssm'] }, ['eks']],
    [{ nat: true, endpoints: [] }, []],
  ])('%j: missing endpoints', (settings, missing) => {
    expect(missingEndpoints(settings, ['eks', 's3'])).toEqual(missing);
  });

  it('fail the synthesis, and are listed in the outputs', () => {
    const missing = neededEndpoints(false).filter((name) => !places.payments.endpoints.includes(name));
    expect(outputOf('MissingEndpointsPayments')).toBe(missing.join(' '));
    expect(outputOf('MissingEndpointsRiskEu')).toBe('none: it has NAT');
    const stacks = makeStacks({ places });
    const told = Annotations.fromStack(stacks.application).findWarning('*', Match.stringLikeRegexp('the place'));
    expect(told.map(({ entry }) => String(entry.data))).toEqual([
      expect.stringContaining(
        `The network of the place payments has no way to ${missing.join(', ')}: make them, and name them`,
      ),
    ]);
  });
});

describe('places in the settings', () => {
  it.each([
    [{ Payments: places.payments }],
    [{ 'a-b-c': places.payments }],
    [{ payments: { ...places.payments, vpc: 'x' } }],
    [{ payments: { ...places.payments, subnets: [] } }],
    [{ payments: { ...places.payments, subnet: [] } }],
    ['payments'],
  ])('%j are refused, with an explanation of places', (given) => {
    const read = () => readSettings([{ values: { places: given }, nameOf: (setting) => `-c ${setting}` }]);
    expect(read).toThrow(/^-c places: .* is not allowed; it takes networks for functions that ask clusters/);
  });
});
