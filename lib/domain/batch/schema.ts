import * as z from 'zod';
import { freeWord, plainName } from '../alphabets.ts';
import { healthPathHint, healthPathPattern, healthPathProblem } from '../health/health-path.ts';
import { writtenManifests } from '../manifests/source-schema.ts';
import { actions, mostReplicas } from '../plan/action.ts';
import { artifactTypes } from '../plan/plan.ts';
import { longestVersion, versionPatterns } from '../rollout/image-version.ts';
import { quoted } from './findings.ts';
import { linksSchema } from './links.ts';

/** The batch format. One schema for intake, defaults and the JSON Schema for editors. */

const text = (limit: number) => z.string().min(1).max(limit);
const name = (limit: number) => text(limit).regex(new RegExp(plainName.pattern), plainName.rule);
const tags = z.array(z.string().max(256).regex(new RegExp(freeWord.pattern), freeWord.rule));
const wholeNumber = (from: number, to: number) => z.int().min(from).max(to);

const timeout = wholeNumber(60, 3600).describe('Seconds that one attempt (start, wait, verify) may take.');
const retryCount = wholeNumber(0, 5).describe('Attempts after the first.');
const artifactType = z
  .enum(artifactTypes)
  .describe('What is deployed; decides how docker_image_version is read. Any letter case is accepted.');
const environmentId = name(64).describe('Environment, for example staging.');
export const infrastructureId = name(64).describe('Cluster, or an infrastructure from the configuration.');

/** Nobody lists more than this by hand. */
const mostInfrastructures = 20;

/** One deployment on each. */
export const infrastructureList = z
  .array(name(64))
  .min(1)
  .max(mostInfrastructures)
  .superRefine((names, context) => {
    for (const [place, one] of names.entries()) {
      if (names.indexOf(one) === place) continue;
      context.addIssue({
        code: 'custom',
        path: [place],
        message: 'is twice in this list',
        params: { hint: 'remove one' },
      });
    }
  })
  .meta({ uniqueItems: true });

const infrastructureIds = z
  .union([infrastructureId, infrastructureList])
  .describe('Cluster, or an infrastructure from the configuration. A list makes a deployment on each of them.');

const executor = name(64).describe('What carries out the deployment. Default: the service’s own, else harness.');

/** The configuration's list of allowed health check paths uses this too. */
export const healthPath = text(1024)
  .superRefine((path, context) => {
    const message = path === '' ? undefined : healthPathProblem(path);
    if (message !== undefined) context.addIssue({ code: 'custom', message, params: { hint: healthPathHint } });
  })
  .meta({ pattern: healthPathPattern });

const checkEnabled = z.boolean().describe('false turns this check off; the rollout is verified in any case.');
const healthCheckFields = {
  path: healthPath.optional().describe('With a path: HTTP GET, 2xx expected.'),
  port: wholeNumber(1, 65_535).optional().describe('Port of the service.'),
  timeout: wholeNumber(1, 300).optional().describe('Seconds.'),
};
const healthCheckSchema = z
  .strictObject({ enabled: checkEnabled.default(true), ...healthCheckFields })
  .describe('HTTP check after the rollout.');

const priority = wholeNumber(1, 10).describe('Among deployments that may start, 10 goes first.');
const rollbackStrategy = z
  .enum(['automatic', 'manual', 'none'])
  .describe('After a failure: restore the last good release automatically, offer to, or never.');

/** What a deployment does on a failure by default. */
export const usualRollbackStrategy = 'manual';

const dependency = z.union([
  text(256),
  z
    .strictObject({
      key: text(256).describe('`service` or `pillar/service`.'),
      same_infrastructure: z
        .boolean()
        .optional()
        .describe('true: only the deployment on the infrastructure of this one, not those on all.'),
    })
    .describe('A service of this batch.'),
]);

const itemMetadata = z
  .strictObject({
    priority: priority.default(5),
    timeout: timeout.default(1800),
    retry_count: retryCount.default(3),
    tags: tags.max(10).default([]).describe('Free text.'),
    dependencies: z
      .array(dependency)
      .max(10)
      .default([])
      .describe(
        'Services of this batch that must have succeeded before: `service`, or `pillar/service` where two pillars have one of that name. A service on several infrastructures must have succeeded on all of them; `service@infrastructure` is one of them.',
      ),
    /** The default is set later: plan reports where nobody wrote it. */
    rollback_strategy: rollbackStrategy.optional().meta({ default: usualRollbackStrategy }),
    health_check: healthCheckSchema.default({ enabled: true }),
  })
  .describe('How this deployment is run.');

/** A service name; the configuration uses it too. */
export const serviceName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'needs a letter or digit first, then letters, digits, `-` and `_`');

/** How a rollout is judged. A service's entry in the catalogue has these too, and the batch overrides it. */
export const rolloutFields = {
  crash_tolerance: wholeNumber(0, 100)
    .optional()
    .describe('How many container exits the rollout tolerates. By default, the third one fails it.'),
  steady_seconds: wholeNumber(0, 3600)
    .optional()
    .describe('Seconds that a container without a readiness probe must have run before it counts as up. Default 10.'),
  unblock: z
    .boolean()
    .optional()
    .describe('Delete a broken pod of an earlier revision that blocks a StatefulSet. Needs the right to delete pods.'),
};

const action = z
  .enum(actions)
  .default('deploy')
  .describe('What is done. `delete` and `scale` need the executor kubernetes, and have no version.');
const replicas = wholeNumber(0, mostReplicas).describe('With scale: the wanted number.');

const imageVersion = text(longestVersion).meta({
  // A chart's pattern is the widest. It is checked against the artifact where both are known.
  pattern: versionPatterns.helm,
  description:
    'A tag, a digest (`sha256:…`), or both (`2.4.0@sha256:…`); for helm, the chart version. Put numbers in quotes: "1.10".',
});

const nameFields = {
  pillar: text(64).describe('Part of the system that the service belongs to. Any letter case is accepted.'),
  service_name: serviceName.describe('Name of the service in its pillar.'),
};

const atOnce = z
  .boolean()
  .optional()
  .describe(
    'true: the new version takes over at once although its service takes steps (kubernetes.strategy). For hotfixes.',
  );

const ownFields = {
  executor: executor.optional(),
  at_once: atOnce,
  ...rolloutFields,
  metadata: itemMetadata.optional(),
};

/** An item's fields besides names and version, as users write them: what defaults may provide is optional. */
const writtenFields = {
  manifests: writtenManifests.optional(),
  action: action.optional(),
  replicas: replicas.optional(),
  ...ownFields,
  docker_artifact_type: artifactType.optional(),
  environment_id: environmentId.optional(),
  infrastructure_id: infrastructureIds.optional(),
};

/** An item as users write it. */
const writtenItem = z.strictObject({
  ...nameFields,
  docker_image_version: imageVersion.optional(),
  ...writtenFields,
});

const { metadata: _, ...flatFields } = writtenFields;

/** An item in the short form, without nested metadata. */
const release = z
  .strictObject({ version: imageVersion.optional(), ...flatFields, ...itemMetadata.shape })
  .describe('The version of the service, and any other field of its deployment.');

/** Fields of an item that are in its `metadata` in the long form. */
export const metadataFields: ReadonlySet<string> = new Set(Object.keys(itemMetadata.shape));

/** The short form of `deployments`: pillar, service, and its version or a mapping. */
const releases = z
  .record(text(64), z.record(serviceName, z.union([imageVersion, release])))
  .describe('Versions by pillar and service: the short form of deployments.');

const mergedFields = {
  ...nameFields,
  ...ownFields,
  /** Checked by `checkManifests`, with its own messages. */
  manifests: z.unknown().optional(),
  action,
  replicas: replicas.optional(),
  environment_id: environmentId,
  infrastructure_id: infrastructureId,
  metadata: itemMetadata,
};

/** An item that deploys, merged with the defaults. */
export const mergedItemSchema = z.strictObject({
  ...mergedFields,
  docker_image_version: imageVersion,
  docker_artifact_type: artifactType,
});

/** An item that deletes or scales: it acts on what is there. */
export const actingItemSchema = z.strictObject({
  ...mergedFields,
  docker_artifact_type: artifactType.default('docker'),
});

export type MergedItem = z.output<typeof mergedItemSchema>;

/**
 * The possible content of `defaults`, in a batch and in a configuration. Each field has the same meaning as on an item.
 */
export const defaultsSchema = z
  .strictObject({
    environment_id: environmentId.optional(),
    infrastructure_id: infrastructureIds.optional(),
    docker_artifact_type: artifactType.optional(),
    executor: executor.optional(),
    timeout: timeout.optional(),
    retry_count: retryCount.optional(),
    priority: priority.optional(),
    rollback_strategy: rollbackStrategy.optional(),
    health_check: z
      .strictObject({ enabled: checkEnabled.optional(), ...healthCheckFields })
      .optional()
      .describe('HTTP check after the rollout. An item may override single fields.'),
  })
  .describe('Values for every deployment that does not set its own.');

const strategySchema = z
  .strictObject({
    mode: z.enum(['parallel', 'sequential']).default('parallel').describe('sequential: one at a time.'),
    max_concurrency: wholeNumber(1, 10_000)
      .optional()
      .describe('Deployments in flight at once. Default 5; 1 when sequential.'),
    on_failure: z
      .enum(['continue', 'stop', 'rollback'])
      .default('continue')
      .describe(
        'After a failed deployment: continue with what does not depend on it; start nothing new; or start nothing new and then roll back everything the batch has changed.',
      ),
  })
  .describe('How the batch as a whole is run.');

const dateOrMoment = new RegExp(
  `^(?:${[z.regexes.date, z.regexes.datetime({ offset: true, local: true })].map(({ source }) => source.slice(1, -1)).join('|')})$`,
);

const metadataSchema = z
  .strictObject({
    name: text(100).optional(),
    description: z.string().max(500).optional(),
    author: z.string().max(100).optional(),
    created: z
      .string()
      .regex(dateOrMoment, 'needs a date like 2026-01-31, or with a time like 2026-01-31T08:00:00Z')
      .optional(),
    tags: tags.max(100).optional(),
    links: linksSchema.optional(),
  })
  .describe('About the batch.');

export const maxDeployments = 10_000;

/** The meaning of another version cannot be known. */
const versions = ['v1.0'] as const;

const versionSchema = z
  .string({ error: 'a string like `v1.0`' })
  .pipe(z.enum(versions, { error: ({ input }) => `${quoted(String(input))} is not a known version` }))
  .meta({ enum: [...versions], description: 'Version of the batch format.' });

const documentFields = {
  version: versionSchema,
  metadata: metadataSchema.optional(),
  defaults: defaultsSchema.optional(),
  strategy: strategySchema.optional(),
};

/** A batch as users write it. */
export const writtenBatchSchema = z
  .strictObject({
    ...documentFields,
    deployments: z.array(writtenItem).min(1).max(maxDeployments).optional(),
    releases: releases.optional(),
  })
  .describe('A batch of deployments for Flotilla.');

/** Everything except the items, which are checked one by one after the merge. */
export const batchFrameSchema = z.strictObject({
  ...documentFields,
  deployments: z.array(z.unknown()).min(1).max(maxDeployments),
});

export type BatchFrame = z.output<typeof batchFrameSchema>;
