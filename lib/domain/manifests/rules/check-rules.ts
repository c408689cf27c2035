import type { KubernetesPolicy, RuleSeverity } from '../../catalogue/catalogue.ts';
import type { JsonObject } from '../../json.ts';
import { containerRules } from './container-rules.ts';
import { podSecurityBreaches } from './pod-security.ts';
import type { Rule, RuleBreach } from './rule.ts';

/** The parts of a policy that the rules use. */
export type RulePolicy = Pick<KubernetesPolicy, 'rules' | 'pod_security'>;

/** A broken rule, and its severity. */
export interface RuleFinding extends RuleBreach {
  readonly rule: string;
  readonly severity: Exclude<RuleSeverity, 'off'>;
}

/** If the environment sets a level, breaking it is an error. Without a setting, it is a warning. */
const podSecurity = ({ pod_security: level }: RulePolicy): Rule => ({
  name: 'pod-security',
  usual: level === undefined ? 'warning' : 'error',
  asks: 'pods meet the Pod Security Standards level that the environment requires',
  check: (object) =>
    podSecurityBreaches(object, level ?? 'baseline').map((breach) => ({
      ...breach,
      message: `${breach.message}; ${level ?? 'baseline'} is required`,
    })),
});

const rulesOf = (policy: RulePolicy): readonly Rule[] => [...containerRules, podSecurity(policy)];

/** All rules, with defaults for environments that set nothing. */
export const rules: readonly Rule[] = rulesOf({});

export const ruleNames: readonly string[] = rules.map(({ name }) => name).sort();

/** What breaks the rules in an object, from a manifest or live, by its environment's policy. */
export const checkRules = (object: JsonObject, policy: RulePolicy): readonly RuleFinding[] =>
  rulesOf(policy).flatMap(({ name, usual, check }) => {
    const severity = Object.hasOwn(policy.rules ?? {}, name) ? policy.rules![name]! : usual;
    return severity === 'off' ? [] : check(object).map((breach) => ({ ...breach, rule: name, severity }));
  });
