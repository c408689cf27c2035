import * as z from 'zod';
import { plainName } from '../alphabets.ts';
import { defaultsSchema, healthPath, infrastructureId, rolloutFields, serviceName } from '../batch/schema.ts';
import { all, verbs } from '../grants/grant.ts';
import { roles } from '../grants/role.ts';
import { manifestSource } from '../manifests/source-schema.ts';
import { artifactTypes, type CustomResource, type WorkloadKind, workloadKinds } from '../plan/plan.ts';
import { fewestDaysKept, mostDaysKept } from '../record/expiry.ts';
import { functionPlacePattern, functionPlaceRule } from './function-place.ts';
import { iamRole } from './iam-role.ts';
import { humanWait, strategySchema } from './strategy-schema.ts';

/** The form of `flotilla.config.yaml` and of the services file. */

const concurrency = z.int().min(1).max(10_000).optional();
const word = z.string().min(1).max(253);
const plain = z.string().regex(new RegExp(plainName.pattern), plainName.rule);

const named = (pattern: RegExp, words: string) => z.string().regex(pattern, words);
const pillarName = named(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'needs lower-case letters, digits, `-` and `_`, at most 64');
const placeName = named(/^[A-Za-z0-9][\w.-]{0,63}$/, 'needs letters, digits, `.`, `-` and `_`, at most 64');
const namespace = named(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'is not a Kubernetes namespace: lower-case letters, digits and `-`, at most 63',
);
const objectName = named(
  /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  'is not a Kubernetes name: lower-case letters, digits, `.` and `-`, at most 253',
);
/** Harness's rule for identifiers. It also keeps a value in its place in a URL. */
const identifier = named(/^[\w$-]{1,128}$/, 'is not a Harness identifier: letters, digits, `_`, `-` and `$`');
const image = named(
  /^([A-Za-z0-9._-]+(:\d+)?\/)?[A-Za-z0-9._/-]+$/,
  'must be only the repository, without tag or digest: letters, digits and `. _ - /`',
);
const address = named(/^https?:\/\/[^\s/@?#]+[^\s@?#]*$/, 'is not an address like https://host/path');

const variableName = named(/^[A-Za-z_]\w{0,127}$/, 'is not the name of an environment variable');

const harnessOverride = z.strictObject({
  mode: z.enum(['webhook', 'execute']).optional(),
  pipeline: identifier.optional(),
  trigger: identifier.optional(),
  org: identifier.optional(),
  project: identifier.optional(),
  variables: z.array(identifier).max(50).optional(),
  webhook_token: word.optional(),
  human_wait: humanWait,
});
export type HarnessOverride = z.output<typeof harnessOverride>;

const kind = z.string().toLowerCase().pipe(z.enum(workloadKinds));

const apiVersion = named(
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?v[a-z0-9]{1,30}$/,
  'is not the version of an API, like example.com/v1',
);
const plural = named(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'is not the plural name of a resource, like widgets');
const expression = z.string().min(1).max(2_000);

/** A path includes everything below it, with any query. */
const allowedPath = healthPath.refine((path) => !path.includes('?'), {
  error: 'must not have a query: paths are compared without it',
});

const managerName = z.string().min(1).max(128);

const kubernetesSchema = z.strictObject({
  /** A file, or a folder with files, beside the configuration; or a source elsewhere. */
  manifests: z.union([z.string().min(1).max(4_096), manifestSource]).optional(),
  prune: z.boolean().optional(),
  strategy: strategySchema.optional(),
});

const severity = z.enum(['error', 'warning', 'off']);
const kindName = named(/^[A-Z][A-Za-z0-9]{0,62}$/, 'is not a kind, like ClusterRole');

const kubernetesPolicy = z.strictObject({
  namespaces: z.array(namespace).min(1).max(1_000).optional(),
  cluster_scoped: z.array(kindName).min(1).max(100).optional(),
  take_over: z.union([z.literal('all'), z.array(managerName).min(1).max(100)]).optional(),
  pod_security: z.enum(['privileged', 'baseline', 'restricted']).optional(),
  rules: z.record(plain.min(1).max(64), severity).optional(),
});

/** The original mapping's words and ours: a mapping file is read unchanged and may grow. */
const serviceSchema = z.strictObject({
  kind: kind.optional(),
  k8s_object_type: kind.optional(),
  api_version: apiVersion.optional(),
  resource: plural.optional(),
  healthy_when: expression.optional(),
  failing_when: expression.optional(),
  name: objectName.optional(),
  k8s_object_name: objectName.optional(),
  namespace: namespace.optional(),
  container: objectName.optional(),
  image: image.optional(),
  health_url: address.optional(),
  health: z
    .strictObject({
      ports: z.array(z.int().min(1).max(65_535)).min(1).max(20).optional(),
      paths: z.array(allowedPath).min(1).max(20).optional(),
    })
    .optional(),
  ...rolloutFields,
  executor: word.optional(),
  pipeline: identifier.optional(),
  harness: harnessOverride.optional(),
  kubernetes: kubernetesSchema.optional(),
});
export type WrittenService = z.output<typeof serviceSchema>;

/** The name of a service's object, in either wording of the mapping. */
export const objectNameOf = (
  { kind, k8s_object_type, name, k8s_object_name }: WrittenService,
  service: string,
): { readonly kind: WorkloadKind; readonly name: string } => ({
  kind: kind ?? k8s_object_type ?? 'deployment',
  name: name ?? k8s_object_name ?? service,
});

/** Undefined for built-in kinds. */
export const customResourceOf = ({
  api_version,
  resource,
  healthy_when,
  failing_when,
}: WrittenService): { readonly resource?: CustomResource } =>
  api_version === undefined || resource === undefined
    ? {}
    : {
        resource: {
          ...{ api_version, plural: resource },
          ...(healthy_when === undefined ? {} : { healthy_when }),
          ...(failing_when === undefined ? {} : { failing_when }),
        },
      };

export const servicesSchema = z.record(pillarName, z.record(serviceName, serviceSchema));
export type WrittenServices = z.output<typeof servicesSchema>;

/** Both become parts of a path, so nothing in them may lead elsewhere. */
const prometheusSchema = z.strictObject({
  service: named(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\/[a-z]([a-z0-9-]{0,61}[a-z0-9])?:[1-9]\d{0,4}$/,
    'is not namespace/name:port of a Service, like monitoring/prometheus:9090',
  ),
  path_prefix: named(/^(\/[\w-]{1,63}){1,5}$/, 'is not the beginning of a path, like /prometheus').optional(),
});

const region = named(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not an AWS region, like eu-west-1');
const role = named(iamRole, 'is not the ARN of a role, like arn:aws:iam::111122223333:role/flotilla');
const externalId = named(
  /^[\w+=,.@:/-]{2,1224}$/,
  'is not an external id: 2 to 1224 letters, digits and `_ + = , . @ : / -`',
);
const proxy = named(
  /^(https?|socks5):\/\/[^\s/@?#]+\/?$/,
  'is not the address of a proxy without user and password, like http://proxy.example.com:3128',
);

const clusterSchema = z.strictObject({
  kubeconfig: z.string().min(1).optional(),
  context: z.string().min(1).optional(),
  eks: word.optional(),
  region: region.optional(),
  role: role.optional(),
  external_id: externalId.optional(),
  proxy: proxy.optional(),
  place: named(functionPlacePattern, `is not the name of a place: ${functionPlaceRule}`).optional(),
  verify: z.enum(['required']).optional(),
  simulated: z.boolean().optional(),
  max_concurrency: concurrency,
  prometheus: prometheusSchema.optional(),
});
export type WrittenCluster = z.output<typeof clusterSchema>;

const harnessSchema = z.strictObject({
  simulated: z.boolean().optional(),
  base_url: address.optional(),
  account: identifier.optional(),
  org: identifier.optional(),
  project: identifier.optional(),
  api_key: z.string().min(1).optional(),
  max_concurrency: concurrency,
  requests_per_minute: z.int().min(10).max(100_000).optional(),
  human_wait: humanWait,
});
export type WrittenHarness = z.output<typeof harnessSchema>;

const grantSchema = z.strictObject({
  subject: word.optional(),
  client: word.optional(),
  group: word.optional(),
  may: z
    .array(z.enum([...verbs, all]))
    .min(1)
    .max(10),
  pillars: z.array(word).min(1).max(1_000),
  environments: z.array(word).min(1).max(1_000),
});

const roleSchema = z.strictObject({
  subject: word.optional(),
  group: word.optional(),
  role: z.enum(roles),
});

/** Where single deployment requests are deployed. */
const requestsSchema = z.strictObject({
  environment: plain.min(1).max(64).optional(),
  infrastructure: placeName.optional(),
  pillar: pillarName.optional(),
  namespaces: z.array(namespace).min(1).max(1_000).optional(),
});

/** Defaults for deployments. Each field has the same meaning as in a batch. */
const placeDefaults = defaultsSchema.extend({
  infrastructure_id: infrastructureId.optional(),
  docker_artifact_type: z.string().toLowerCase().pipe(z.enum(artifactTypes)).optional(),
});
/** An environment cannot choose itself. `infrastructure` is the older name of `infrastructure_id`. */
const environmentDefaults = placeDefaults.omit({ environment_id: true }).extend({ infrastructure: word.optional() });

const sections = {
  /** Environment variables that may be used where everyone reads their values. */
  public_variables: z.array(variableName).max(100).optional(),
  pillars: z
    .record(
      pillarName,
      z.strictObject({
        max_concurrency: concurrency,
        harness: harnessOverride.optional(),
        defaults: placeDefaults.optional(),
      }),
    )
    .optional(),
  environments: z
    .record(
      plain.min(1).max(64),
      z.strictObject({
        description: z.string().optional(),
        infrastructures: z.array(word).min(1).max(1_000).optional(),
        second_person: z.boolean().optional(),
        max_concurrency: concurrency,
        keep_health_answers: z.boolean().optional(),
        kubernetes: kubernetesPolicy.optional(),
        defaults: environmentDefaults.optional(),
      }),
    )
    .optional(),
  defaults: placeDefaults.optional(),
  clusters: z.record(placeName, clusterSchema),
  infrastructures: z.record(placeName, z.strictObject({ cluster: word, namespace: namespace.optional() })).optional(),
  /** Harness is optional: without it, the executor is `kubernetes`. */
  harness: harnessSchema.optional(),
  /** An empty list would look as if nobody could do anything, but mean the opposite. */
  grants: z.array(grantSchema).min(1).max(1_000).optional(),
  /** Roles of people. Anyone not named here may only look. */
  roles: z.array(roleSchema).min(1).max(1_000).optional(),
  /** How many days an ended batch's record is kept; absent: forever. */
  retention_days: z.int().min(fewestDaysKept).max(mostDaysKept).optional(),
  requests: requestsSchema.optional(),
  /** How a stage is set up on AWS. The CDK app knows the other fields. */
  aws: z.looseObject({ stage: z.string().optional() }).optional(),
};

/** The section `services` is a path or a mapping, and is read separately. */
export const configurationSchema = z.strictObject({ services: z.unknown().optional(), ...sections });
export type WrittenConfiguration = z.output<typeof configurationSchema>;

/** With services inline: knows every existing key. */
export const wholeConfigurationSchema = z.strictObject({ services: servicesSchema.optional(), ...sections });
