import { readFileSync } from 'node:fs';
import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { accept, acceptWildcards } from './accept.ts';
import { exemptFromLint } from './exempt-from-lint.ts';
import type { Handlers } from './handlers.ts';
import type { MachineArns } from './machine-arns.ts';
import { waitOnce } from './wait-once.ts';

export interface InlineMachineProps {
  readonly file: string;
  readonly arns: MachineArns;
  readonly handlers: Handlers;
}

/** Placeholders `${Name}` in a state machine file: its functions. */
export const placeholdersOf = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))].sort();

/** Functions whose name may be followed by a place: their copies are called too. */
const placedIn = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/'\$\{(\w+)\}' & /g)].map(([, name = '']) => name))].sort();

const timeoutsAreExpressions =
  'TimeoutSeconds of Deploy, Verify and Restore are JSONata expressions, since each deployment has its own timeout. Step Functions accepts them; the rule only knows numbers.';

/**
 * A state machine whose file is inline in the template, so that the validator, diffs and tests see what ships. CDK does
 * not read the text, so the machine's rights are declared here.
 */
export class InlineMachine extends Construct {
  readonly machine: StateMachine;

  constructor(scope: Construct, id: string, { file, arns, handlers }: InlineMachineProps) {
    super(scope, id);
    const text = readFileSync(file, 'utf8');
    const functions = placeholdersOf(text).map((name) => [name, handlers.named(name).lambda.functionArn] as const);
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: arns.name,
      definitionBody: DefinitionBody.fromString(text),
      definitionSubstitutions: Object.fromEntries(functions),
      tracingEnabled: true,
    });
    const copies = placedIn(text).flatMap((name) => handlers.copiesOf(name));
    const callable = [...functions.map(([, arn]) => arn), ...copies.map(({ handler }) => handler.lambda.functionArn)];
    this.machine.addToRolePolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: callable }));
    waitOnce(this.machine, this.machine.role);
    acceptWildcards(this.machine, ['*'], 'Traces: X-Ray has no resources for a policy to name.');
    accept(this.machine, {
      'AwsSolutions-SF1':
        'Step Functions keeps the history of a Standard execution for 90 days, and the record of a batch is in the table. Logging every event as well would cost more than the functions.',
    });
    // `npm run test:templates` checks the rest of what this rule finds: it asks again with numbers in place of the
    // expressions.
    if (text.includes('"TimeoutSeconds": "{%')) exemptFromLint(this.machine, 'E3601', timeoutsAreExpressions);
    if (text.includes('"DISTRIBUTED"')) this.#allowChildren(arns);
  }

  /**
   * A Distributed Map starts its children as executions of the machine itself. This right is separate from the machine
   * and from its role's own policy, which the machine waits for: there it would be circular.
   */
  #allowChildren(arns: MachineArns): void {
    const executions = [arns.executions, arns.childExecutions];
    const policy = new Policy(this, 'Children', {
      roles: [this.machine.role],
      statements: [
        new PolicyStatement({ actions: ['states:StartExecution'], resources: [arns.machine] }),
        new PolicyStatement({
          actions: ['states:DescribeExecution', 'states:StopExecution'],
          resources: executions,
        }),
      ],
    });
    acceptWildcards(policy, executions, 'Its own executions, named after batches and deployments at run time.');
  }
}
