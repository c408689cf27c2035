import type { KubernetesPolicy } from '../catalogue/catalogue.ts';
import type { Complaint } from '../complaint.ts';
import { parseManifests } from '../manifests/parse-manifests.ts';
import { checkRules, type RuleFinding } from '../manifests/rules/check-rules.ts';

/** What the rules of an environment have against a request. */
export interface AssessedRequest {
  /** For these it is refused, by the field that would have to be another. */
  readonly issues: readonly Complaint[];
  /** These are told with its batch. What nobody who requests could change is not among them. */
  readonly warnings: readonly string[];
}

/** The same rules as those of any manifests, on what is made of a request. */
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

/** Of what a request does not say. */
const whole = 'body';

/** Which field of the request makes it so. */
const fieldOf = ({ path }: Pick<RuleFinding, 'path'>): string => {
  if (path.includes('image')) return 'body.image';
  if (path.includes('resources')) return 'body.metadata.resource_limit';
  return whole;
};

/** One problem for each field, with all that is wrong of it. */
const byField = (refused: readonly RuleFinding[], environment: string): readonly Complaint[] => {
  const fields = [...new Set(refused.map(fieldOf))].sort();
  return fields.map((path) => {
    const said = refused.filter((one) => fieldOf(one) === path).map(sentenceOf);
    const why = path === whole ? ' No request can change that: it needs a batch with manifests.' : '';
    return { path, message: `${environment} does not allow it: ${said.join('; ')}.${why}` };
  });
};
