import { listed, quoted } from '../batch/findings.ts';
import { type IssueCode, issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import type { ConfigurationText } from './configuration-text.ts';
import { pillarOfRequests } from './requests-pillar.ts';

/** The pillar of single requests exists implicitly; nobody has to define it. */
export const ownPillar = ({ requests }: Mapping): readonly string[] => {
  if (!isMapping(requests)) return [];
  return [typeof requests.pillar === 'string' ? pillarOfRequests({ pillar: requests.pillar }) : pillarOfRequests()];
};

/** The place of single requests must exist. */
export const checkRequests = (root: Mapping, text: ConfigurationText): void => {
  const { requests, environments, infrastructures, clusters } = root;
  if (!isMapping(requests)) return;
  const known = isMapping(environments) ? Object.keys(environments).sort() : undefined;
  checkName('environment', requests.environment, { text, known, code: issueCodes.UnknownEnvironment });
  const places = [infrastructures, clusters].flatMap((section) => (isMapping(section) ? Object.keys(section) : []));
  const there = [...new Set(places)].sort();
  checkName('infrastructure', requests.infrastructure, { text, known: there, code: issueCodes.UnknownInfrastructure });
  const given = defaultsOfRequests(root);
  if ((requests.environment ?? given.environment) === undefined && known?.length !== 1) {
    const message = 'environment is missing: it is not clear which one is meant';
    text.report(['requests'], issueCodes.Missing, { message, hint: 'name the environment of deployment requests' });
  }
  if ((requests.infrastructure ?? given.infrastructure) === undefined && there.length > 1) {
    const message = 'infrastructure is missing: there is more than one place';
    text.report(['requests'], issueCodes.Missing, { message, hint: `name one of ${listed(there)}` });
  }
};

/** Where the defaults send requests: the defaults of their environment, of their pillar, and the global ones. */
const defaultsOfRequests = (root: Mapping): { readonly environment: unknown; readonly infrastructure: unknown } => {
  const { requests, pillars, environments, defaults } = root;
  const [pillar] = ownPillar(root);
  const layers = [within(within(pillars, pillar), 'defaults'), defaults];
  const first = (field: string, places: readonly unknown[]): unknown =>
    places.map((place) => within(place, field)).find((value) => value !== undefined);
  const environment = within(requests, 'environment') ?? first('environment_id', layers);
  const ofEnvironment = within(within(environments, environment), 'defaults');
  const infrastructure =
    first('infrastructure_id', [ofEnvironment]) ??
    first('infrastructure', [ofEnvironment]) ??
    first('infrastructure_id', layers);
  return { environment, infrastructure };
};

const within = (value: unknown, name: unknown): unknown =>
  isMapping(value) && typeof name === 'string' && Object.hasOwn(value, name) ? value[name] : undefined;

interface Known {
  readonly text: ConfigurationText;
  /** Absent if any name is accepted. */
  readonly known: readonly string[] | undefined;
  readonly code: IssueCode;
}

const checkName = (field: string, name: unknown, { text, known, code }: Known): void => {
  if (typeof name !== 'string' || name === '' || known === undefined || known.includes(name)) return;
  text.report(['requests', field], code, {
    message: `there is no ${field} ${quoted(String(text.written(['requests', field])))}; known: ${listed(known)}`,
    hint: didYouMean(nearest(name, known)),
    allowed: known,
  });
};
