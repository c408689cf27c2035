import type { KubernetesPolicy, RuleSeverity } from '../../catalogue/catalogue.ts';
import type { JsonObject } from '../../json.ts';
import { containerRules } from './container-rules.ts';
import { podSecurityBreaches } from './pod-security.ts';
import type { Rule, RuleBreach } from './rule.ts';

/** What of a policy the rules ask. */
export type RulePolicy = Pick<KubernetesPolicy, 'rules' | 'pod_security'>;

/** A rule that is broken, and how grave that is. */
export interface RuleFinding extends RuleBreach {
  readonly rule: string;
  readonly severity: Exclude<RuleSeverity, 'off'>;
}

/** The level that is asked for is an error where the environment asks for it, and told where nobody has said anything. */
const podSecurity = ({ pod_security: level }: RulePolicy): Rule => ({
  name: 'pod-security',
  usual: level === undefined ? 'warning' : 'error',
  asks: 'pods keep the level of the Pod Security Standards that the environment asks for',
  check: (object) =>
    podSecurityBreaches(object, level ?? 'baseline').map((breach) => ({
      ...breach,
      message: `${breach.message}; ${level ?? 'baseline'} is asked for`,
    })),
});

const rulesOf = (policy: RulePolicy): readonly Rule[] => [...containerRules, podSecurity(policy)];

/** All of them, with what is usual where an environment says nothing. */
export const rules: readonly Rule[] = rulesOf({});

export const ruleNames: readonly string[] = rules.map(({ name }) => name).sort();

/** What the rules have against an object, a manifest or what runs, by the policy of its environment. */
export const checkRules = (object: JsonObject, policy: RulePolicy): readonly RuleFinding[] =>
  rulesOf(policy).flatMap(({ name, usual, check }) => {
    const severity = Object.hasOwn(policy.rules ?? {}, name) ? policy.rules![name]! : usual;
    return severity === 'off' ? [] : check(object).map((breach) => ({ ...breach, rule: name, severity }));
  });
