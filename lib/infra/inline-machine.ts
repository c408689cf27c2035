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

/** Names that stand as `${Name}` in a state machine file: its functions. */
export const placeholdersOf = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))].sort();

/** Those behind whose name may stand in which place: their copies are called too. */
const placedIn = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/'\$\{(\w+)\}' & /g)].map(([, name = '']) => name))].sort();

const timeoutsAreExpressions =
  'TimeoutSeconds of Deploy, Verify and Restore are JSONata expressions, since each deployment has a timeout of its own. Step Functions takes them; the rule knows numbers only.';

/**
 * A state machine whose file stands in the template as text, so that the validator, a diff and the tests see what ships.
 * CDK looks into no text: what the machine may do is said here.
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
    acceptWildcards(this.machine, ['*'], 'Traces: X-Ray has no resources that a policy could name.');
    accept(this.machine, {
      'AwsSolutions-SF1':
        'Step Functions keeps the history of a Standard execution for 90 days, and the record of a batch is in the table. Every event in a log too would cost more than the functions.',
    });
    // What else the rule finds in this machine is still told: `npm run test:templates` asks again, with numbers in their place.
    if (text.includes('"TimeoutSeconds": "{%')) exemptFromLint(this.machine, 'E3601', timeoutsAreExpressions);
    if (text.includes('"DISTRIBUTED"')) this.#allowChildren(arns);
  }

  /**
   * A Distributed Map starts its children as executions of the machine itself. The right stands apart from the machine
   * and its role's own policy, which the machine waits for: there it would be a circle.
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
    acceptWildcards(
      policy,
      executions,
      'Its own executions: they are named after batches and deployments, at run time.',
    );
  }
}
