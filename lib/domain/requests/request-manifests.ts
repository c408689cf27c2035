import { createHash } from 'node:crypto';
import { parseAllDocuments, stringify } from 'yaml';
import type { JsonObject } from '../json.ts';
import { labelValue } from './label-value.ts';
import type { RequestRow, RequestValues } from './request-row.ts';

/** On everything that single requests deploy. */
const managedBy = 'flotilla';

/** The deployed container, and where it shows its content. */
export const containerName = 'app';
const containerPort = 80;
const htmlPath = '/usr/share/nginx/html';
const htmlFile = 'index.html';

type Described = Pick<RequestRow, 'request_id' | 'identifier' | 'number' | 'owner' | 'name' | 'namespace' | 'image'> &
  RequestValues;

/** A request's objects as YAML: the Deployment, and the ConfigMap with its content. */
export const requestManifests = (request: Described): string =>
  [configMapOf(request), deploymentOf(request)].map((object) => stringify(object, { lineWidth: 0 })).join('---\n');

/** The content that these manifests' Deployment shows. */
export const htmlOf = (manifests: string): string => {
  const maps = parseAllDocuments(manifests)
    .map((document) => document.toJS() as { readonly kind?: string; readonly data?: Readonly<Record<string, string>> })
    .filter(({ kind }) => kind === 'ConfigMap');
  return maps[0]?.data?.[htmlFile] ?? '';
};

const htmlName = (identifier: string): string => `${identifier}-html`;

/** The owner, and the request that they come from. */
const labelsOf = ({ request_id, identifier, number, owner, name }: Described): JsonObject => ({
  ...podLabelsOf({ identifier, name }),
  'user-id': labelValue(owner),
  'request-id': labelValue(request_id),
  'deployment-request-id': labelValue(`${identifier}-${number}`),
});

/** The same for all requests of a deployment: a different label would cause another rollout. */
const podLabelsOf = ({ identifier, name }: Pick<Described, 'identifier' | 'name'>): JsonObject => ({
  app: identifier,
  name: labelValue(name),
  identifier,
  'managed-by': managedBy,
});

const configMapOf = (request: Described): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    ...{ name: htmlName(request.identifier), namespace: request.namespace, labels: labelsOf(request) },
  },
  data: { [htmlFile]: request.doc_html },
});

const deploymentOf = (request: Described): JsonObject => {
  const { identifier, namespace, replica_count } = request;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: identifier, namespace, labels: labelsOf(request) },
    spec: {
      replicas: replica_count,
      selector: { matchLabels: { app: identifier } },
      template: {
        metadata: {
          labels: podLabelsOf(request),
          // A new text causes a rollout, and is visible once that has ended.
          annotations: { 'flotilla.dev/html': createHash('sha256').update(request.doc_html).digest('hex') },
        },
        spec: {
          containers: [containerOf(request)],
          volumes: [{ name: 'html', configMap: { name: htmlName(identifier) } }],
        },
      },
    },
  };
};

const containerOf = ({ image, resource_limit }: Described): JsonObject => ({
  name: containerName,
  image,
  ports: [{ name: 'http', containerPort }],
  resources: { requests: { ...resource_limit.request }, limits: { ...resource_limit.limit } },
  volumeMounts: [{ name: 'html', mountPath: htmlPath, readOnly: true }],
});
