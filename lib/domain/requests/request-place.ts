import { type Catalogue, entryOf } from '../catalogue/catalogue.ts';
import { pillarOfRequests } from '../catalogue/requests-pillar.ts';
import { infrastructureNames } from '../catalogue/resolve.ts';

/** Where single requests go. */
export interface RequestPlace {
  readonly environment: string;
  readonly infrastructure: string;
  readonly pillar: string;
}

/**
 * Where the configuration says, else the only place that there is. Where there are pipelines of Harness, they may ask things that must not
 * be gone round: then the configuration has to say so.
 */
export const requestPlace = (catalogue: Catalogue): RequestPlace | { readonly problem: string } => {
  const { requests, harness, environments = {} } = catalogue;
  if (requests === undefined && harness !== undefined && !harness.simulated) {
    return {
      problem: needed('requests: { environment, infrastructure }', 'there are pipelines, which requests go round'),
    };
  }
  const environment = requests?.environment ?? only(Object.keys(environments));
  if (environment === undefined) {
    return { problem: needed('requests: { environment }', 'it names no environment of requests, and not just one') };
  }
  const allowed = entryOf(environments, environment)?.infrastructures;
  const infrastructure = requests?.infrastructure ?? only(allowed ?? infrastructureNames(catalogue));
  if (infrastructure === undefined) {
    return {
      problem: needed('requests: { infrastructure }', 'it names no infrastructure of requests, and not just one'),
    };
  }
  return { environment, infrastructure, pillar: pillarOfRequests(requests) };
};

const needed = (what: string, why: string): string =>
  `Deployment requests have no place to go: the configuration needs ${what}, because ${why}.`;

const only = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

/** Why requests may not be for this namespace; undefined where they may. */
export const namespaceProblem = ({ requests }: Catalogue, namespace: string): string | undefined => {
  const allowed = requests?.namespaces;
  if (allowed !== undefined) {
    return allowed.includes(namespace) ? undefined : `is not among those that are allowed: ${allowed.join(', ')}`;
  }
  return namespace.startsWith('kube-') ? 'belongs to Kubernetes itself' : undefined;
};
