import * as z from 'zod';
import { imageParts } from '../../../lib/domain/requests/image-parts.ts';
import { objectStatuses } from '../../../lib/domain/requests/object-status.ts';
import { amountOf, cpuPattern, memoryPattern } from '../../../lib/domain/requests/quantity.ts';
import type { RequestValues } from '../../../lib/domain/requests/request-row.ts';
import { requestTypes } from '../../../lib/domain/requests/request-row.ts';
import { requestStatuses } from '../../../lib/domain/requests/request-status.ts';
import type { RequestLine, RequestView } from '../../../lib/usecases/requests/request-view.ts';
import type { RequestedLine, RequestedView } from '../../../lib/usecases/requests/requested-deployments.ts';
import { wellFormed, whole } from '../route.ts';
import { batchId } from './batch.ts';
import { time } from './status.ts';
import { viewSchema } from './view-schema.ts';

/** Characters of a page. With everything else, a Kubernetes object has room for 1 MiB. */
const longestHtml = 524_288;
const longestImage = 500;

const cpu = z
  .string()
  .regex(cpuPattern, { error: 'an amount of processors is needed, such as "0.5" or "500m"' })
  .describe('Processors: `2`, `0.5` or `500m`.');
const memory = z
  .string()
  .regex(memoryPattern, { error: 'an amount of memory is needed, such as "256Mi" or "1G"' })
  .describe('Memory: `256Mi`, `1G`.');
const resources = z.strictObject({ cpu, memory });

const resourceLimit = z
  .strictObject({ request: resources, limit: resources })
  .refine(({ request, limit }) => amountOf(request.cpu) <= amountOf(limit.cpu), {
    path: ['request', 'cpu'],
    error: 'is more than the limit',
  })
  .refine(({ request, limit }) => amountOf(request.memory) <= amountOf(limit.memory), {
    path: ['request', 'memory'],
    error: 'is more than the limit',
  });

const values = {
  replica_count: whole(1, 100, z.number),
  resource_limit: resourceLimit,
  doc_html: z.string().min(1).max(longestHtml).pipe(wellFormed).describe('What it shows at port 80.'),
};

const name = z
  .string()
  .min(3, { error: 'a text of 3 to 50 characters is needed' })
  .max(50, { error: 'a text of 3 to 50 characters is needed' })
  .pipe(wellFormed);
const namespace = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'a namespace is needed: lower-case letters, digits and `-`, at most 63',
});
const image = z
  .string()
  .max(longestImage)
  .refine((text) => imageParts(text) !== undefined, { error: 'an image is needed, such as "nginx:1.27"' });

export const newDeployment = z.strictObject({ name, namespace, image, metadata: z.strictObject(values) });

const somethingNeeded = 'replica_count, resource_limit or doc_html is needed';

export const changedDeployment = z.strictObject({
  metadata: z
    .strictObject({
      replica_count: values.replica_count.optional(),
      resource_limit: values.resource_limit.optional(),
      doc_html: values.doc_html.optional(),
    })
    .refine((given) => Object.values(given).some((value) => value !== undefined), { error: somethingNeeded }),
});

const line = {
  request_id: z.string(),
  identifier: z.string().describe('The identifier of its deployment: its name in Kubernetes.'),
  name: z.string(),
  namespace: z.string(),
  image: z.string(),
  status: z.enum(requestStatuses),
  request_type: z.enum(requestTypes),
  failure_reason: z.string().nullable(),
  batch_id: batchId,
  created_at: time,
};

const requestLine = viewSchema<RequestLine>()(z.object(line)).meta({ id: 'DeploymentRequestLine' });

const shownResources = z.object({ cpu: z.string(), memory: z.string() });
const shownValues = viewSchema<RequestValues>()(
  z.object({
    replica_count: z.int(),
    resource_limit: z.object({ request: shownResources, limit: shownResources }),
    doc_html: z.string(),
  }),
);

export const requestView = viewSchema<RequestView>()(
  z.object({
    ...line,
    number: z
      .int()
      .describe('Its number among the requests of its deployment, from 1. It is also the version that it makes.'),
    tries: z.int().describe('How often it has run, from 1.'),
    metadata: shownValues,
    links: z.object({ self: z.string(), deployment: z.string(), batch: z.string() }),
  }),
).meta({ id: 'DeploymentRequest', description: 'A deployment request and its state.' });

const shownDeployment = {
  identifier: z.string(),
  created_at: time,
  updated_at: time,
  status: z.enum(objectStatuses).describe('The status of its object in Kubernetes.'),
  name: z.string(),
  namespace: z.string(),
};

const requestedLine = viewSchema<RequestedLine>()(z.object(shownDeployment)).meta({ id: 'RequestedDeploymentLine' });

const json = z.record(z.string(), z.unknown());

export const requestedView = viewSchema<RequestedView>()(
  z.object({
    ...shownDeployment,
    image: z.string(),
    resource_version: z.string().describe('Raised by each accepted request. `If-Match` takes it.'),
    object: json.nullable().describe('The Deployment in the cluster.'),
    unseen: z.string().exactOptional().describe('Why the cluster could not be asked.'),
    environment: z.string(),
    infrastructure: z.string(),
    request_id: z.string().describe('Of the latest request.'),
  }),
).meta({ id: 'RequestedDeployment', description: 'A requested deployment.' });

const message = z.string();
const next_after = z.string().exactOptional().describe('Send it as `after` to continue; absent at the end.');

/** The envelope of these routes. */
export const enveloped = <Data extends z.ZodType>(data: Data) => z.object({ message, data });
export const pong = z.object({ message });
export const requestList = z.object({ message, data: z.array(requestLine), next_after });
export const requestedList = z.object({ message, data: z.array(requestedLine), next_after });

export const exampleValues: RequestValues = {
  replica_count: 2,
  resource_limit: { request: { cpu: '100m', memory: '64Mi' }, limit: { cpu: '500m', memory: '128Mi' } },
  doc_html: '<h1>Hello</h1>',
};

const exampleLine: RequestLine = {
  request_id: '5f0c9a52-web',
  identifier: 'web-team-a-417',
  ...{ name: 'Web', namespace: 'team-a', image: 'nginx:1.27', status: 'CREATED', request_type: 'CREATE' },
  failure_reason: null,
  ...{ batch_id: '01KB3Q0A4M3V5E6Z7X8C9D0F1G', created_at: '2026-11-30T08:00:00.000Z' },
};

export const exampleRequest: RequestView = {
  ...exampleLine,
  ...{ number: 1, tries: 1, metadata: exampleValues },
  links: {
    self: '/api/v1/deployments/requests/5f0c9a52-web',
    deployment: '/api/v1/deployments/web-team-a-417',
    batch: '/batches/01KB3Q0A4M3V5E6Z7X8C9D0F1G',
  },
};

const exampleRequestedLine: RequestedLine = {
  ...{ identifier: 'web-team-a-417', created_at: '2026-11-30T08:00:00.000Z', updated_at: '2026-11-30T08:00:00.000Z' },
  ...{ status: 'CREATED', name: 'Web', namespace: 'team-a' },
};

export const exampleRequested: RequestedView = {
  ...exampleRequestedLine,
  ...{ image: 'nginx:1.27', resource_version: '1', object: { kind: 'Deployment' } },
  ...{ environment: 'dev', infrastructure: 'eu-1', request_id: '5f0c9a52-web' },
};

export const exampleRequestList = { message: '1 request', data: [exampleLine] };
export const exampleRequestedList = { message: '1 deployment', data: [exampleRequestedLine] };
