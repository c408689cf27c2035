import { expressionRules } from './expression-rules.ts';
import { flowRules } from './flow-rules.ts';
import { type Definition, scopesOf } from './machine.ts';
import type { Facts, Rules } from './rules.ts';
import { shapeRules } from './shape-rules.ts';
import { taskRules } from './task-rules.ts';

export interface Finding {
  readonly rule: string;
  readonly where: string;
  readonly message: string;
}

const allRules: readonly Rules[] = [shapeRules, flowRules, taskRules, expressionRules];

const entriesOf = <Part extends keyof Rules>(part: Part) =>
  allRules.flatMap((rules) => Object.entries(rules[part] ?? {})) as [string, NonNullable<Rules[Part]>[string]][];

/** The names of all rules, so that a test can check that each has a case. */
export const ruleNames: readonly string[] = (['states', 'scopes', 'definitions'] as const)
  .flatMap((part) => entriesOf(part))
  .map(([name]) => name);

/** Every mistake in a state machine that AWS would accept. */
export const lint = (definition: Definition, facts: Facts): readonly Finding[] => {
  const found = (rule: string, where: string, messages: readonly string[]): readonly Finding[] =>
    messages.map((message) => ({ rule, where, message }));
  const scopes = scopesOf(definition);
  return [
    ...entriesOf('definitions').flatMap(([rule, check]) => found(rule, 'definition', check(definition))),
    ...scopes.flatMap((scope) => [
      ...entriesOf('scopes').flatMap(([rule, check]) => found(rule, scope.name, check(scope, facts))),
      ...Object.entries(scope.states).flatMap(([name, state]) =>
        entriesOf('states').flatMap(([rule, check]) =>
          found(rule, `${scope.name}/${name}`, check({ scope, name, state, facts })),
        ),
      ),
    ]),
  ];
};
