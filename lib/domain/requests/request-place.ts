import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { configuredDefaults } from '../catalogue/configured-defaults.ts';
import { pillarOfRequests } from '../catalogue/requests-pillar.ts';
import { infrastructureNames } from '../catalogue/resolve.ts';

/** Where single requests are deployed. */
export interface RequestPlace {
  readonly environment: string;
  readonly infrastructure: string;
  readonly pillar: string;
}

/**
 * What the configuration says, in `requests` or else in its defaults; otherwise the only possible place. Harness
 * pipelines may ask for approvals that must not be bypassed: if there are any, the configuration has to choose
 * explicitly.
 */
export const requestPlace = (catalogue: Catalogue): RequestPlace | { readonly problem: string } => {
  const { requests, harness, environments = {} } = catalogue;
  if (requests === undefined && harness !== undefined && !harness.simulated) {
    return {
      problem: needed('requests: { environment, infrastructure }', 'there are pipelines, which requests bypass'),
    };
  }
  const pillar = pillarOfRequests(requests);
  const environment =
    requests?.environment ??
    configuredDefaults(catalogue, { pillar }).environment_id ??
    only(Object.keys(environments));
  if (environment === undefined) {
    return { problem: needed('requests: { environment }', 'it names no environment for requests and has several') };
  }
  const allowed = entryOf(environments, environment)?.infrastructures;
  const given = configuredDefaults(catalogue, { pillar, environment }).infrastructure_id;
  const infrastructure = requests?.infrastructure ?? given ?? only(allowed ?? infrastructureNames(catalogue));
  if (infrastructure === undefined) {
    return {
      problem: needed('requests: { infrastructure }', 'it names no infrastructure for requests and has several'),
    };
  }
  return { environment, infrastructure, pillar };
};

const needed = (what: string, why: string): string =>
  `Deployment requests have no place to go: the configuration needs ${what}, because ${why}.`;

const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

/** Why a namespace is not allowed for requests; undefined if it is. */
export const namespaceProblem = ({ requests }: Catalogue, namespace: string): string | undefined => {
  const allowed = requests?.namespaces;
  if (allowed !== undefined) {
    return allowed.includes(namespace) ? undefined : `is not one of the allowed namespaces: ${allowed.join(', ')}`;
  }
  return namespace.startsWith('kube-') ? 'belongs to Kubernetes itself' : undefined;
};
