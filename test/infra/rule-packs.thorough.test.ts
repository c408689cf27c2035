import { Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { addRulePacks } from '../../lib/infra/rule-packs.ts';
import { everySetting, makeStacks, type Stacks } from './synthesize.ts';

/** Unaccepted findings of the packs: rule and construct. */
const findings = ({ state, application, observability }: Stacks): readonly string[] =>
  [AwsSolutionsChecks, ServerlessChecks].flatMap((Pack) =>
    [state, application, observability].flatMap((stack) =>
      new Pack()
        .validateScope(stack)
        .violations.flatMap(({ ruleName, violatingResources }) =>
          violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
        ),
    ),
  );

const reasons = (construct: IConstruct): readonly string[] =>
  construct.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.values(data as Record<string, string>));

describe('the rule packs', () => {
  it.each([
    ['as it comes', {}],
    ['with every setting', everySetting],
    [
      'with functions in a network, and roles of other accounts',
      {
        cluster_roles: 'arn:aws:iam::444455556666:role/team-*',
        places: { payments: { vpc: 'vpc-0123456789abcdef0', subnets: ['subnet-0123456789abcdef0'] } },
      },
    ],
  ])('find nothing in a stage %s that is not accepted', (_, given) => {
    expect(findings(makeStacks(given))).toEqual([]);
  });

  it('see one right more for everything', () => {
    const stacks = makeStacks();
    const sweep = stacks.application.node.findChild('Handlers').node.findChild('Sweep').node.findChild('Function');
    (sweep as Lambda).addToRolePolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: ['arn:x:*'] }));
    expect(findings(stacks)).toEqual([
      'AwsSolutions-IAM5[Resource::arn:x:*] Application/Handlers/Sweep/Role/DefaultPolicy/Resource',
    ]);
  });

  it('have a reason for each accepted finding: a sentence', () => {
    const { state, application, observability } = makeStacks(everySetting);
    const all = [state, application, observability].flatMap(reasons);
    expect(all.length).toBeGreaterThan(20);
    for (const reason of all) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  });

  it.each([
    ['as it comes', {}],
    ['with every setting', everySetting],
  ])("let a stage through %s, and so does CDK's validator", (_, given) => {
    const { app } = makeStacks(given, { validates: true });
    addRulePacks(app);
    expect(() => app.synth()).not.toThrow();
  });

  it('fail the synth of a stage with a finding', () => {
    const { app, state } = makeStacks();
    addRulePacks(app);
    new Topic(state, 'Open');
    expect(() => app.synth()).toThrow(/SNS/);
  });
});
