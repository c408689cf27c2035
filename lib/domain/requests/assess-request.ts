import type { KubernetesPolicy } from '../catalogue/catalogue.ts';
import type { Complaint } from '../complaint.ts';
import { parseManifests } from '../manifests/parse-manifests.ts';
import { checkRules, type RuleFinding } from '../manifests/rules/check-rules.ts';

/** The objections of an environment's rules to a request. */
export interface AssessedRequest {
  /** Reasons to refuse it, by the field that would have to change. */
  readonly issues: readonly Complaint[];
  /** Warnings shown with its batch. Leaves out what no requester could change. */
  readonly warnings: readonly string[];
}

/** The same rules as for any manifests, applied to those made from a request. */
export const assessRequest = (
  manifests: string,
  { environment, policy }: { readonly environment: string; readonly policy: KubernetesPolicy },
): AssessedRequest => {
  const found = parseManifests(manifests).objects.flatMap(({ object }) => checkRules(object, policy));
  const refused = found.filter(({ severity }) => severity === 'error');
  return {
    issues: byField(refused, environment),
    warnings: found
      .filter((one) => one.severity === 'warning' && fieldOf(one) !== whole)
      .map((one) => `${fieldOf(one).replace(/^body\./, '')}: ${sentenceOf(one)}`),
  };
};

const sentenceOf = ({ message, rule }: RuleFinding): string => `${message} [${rule}]`;

/** For what a request does not contain. */
const whole = 'body';

/** The request field that causes it. */
const fieldOf = ({ path }: Pick<RuleFinding, 'path'>): string => {
  if (path.includes('image')) return 'body.image';
  if (path.includes('resources')) return 'body.metadata.resource_limit';
  return whole;
};

/** One problem per field, with everything that is wrong with it. */
const byField = (refused: readonly RuleFinding[], environment: string): readonly Complaint[] => {
  const fields = [...new Set(refused.map(fieldOf))].sort();
  return fields.map((path) => {
    const said = refused.filter((one) => fieldOf(one) === path).map(sentenceOf);
    const why = path === whole ? ' No request can change that: it needs a batch with manifests.' : '';
    return { path, message: `${environment} does not allow it: ${said.join('; ')}.${why}` };
  });
};
