import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../cluster/kube-client.ts';
import { metadata, wanted } from '../usecases/requests/request-world.ts';
import type { DeployCase, DeployStage } from './cases.ts';

/** Deployment requests, from their POST to the cluster's final state. */

/** The outcome of a request, after any time. */
const ended = async ({ requested }: DeployStage, ...asked: Parameters<DeployStage['requested']>): Promise<Kube> => {
  const [method, path, id, sent] = asked;
  const answer = await requested(method, path, id, sent);
  for (;;) {
    const { data } = await requested('GET', `/requests/${answer.data.request_id}`);
    if (data.status !== 'CREATED') return { ...answer, data };
    await sleep(50);
  }
};

const told = ({ code, data }: Kube): string => `${code} ${data.status}${data.failure_reason ?? ''}`;

const placesOf = (namespace: string, identifier: string) => ({
  object: `/apis/apps/v1/namespaces/${namespace}/deployments/${identifier}`,
  page: `/api/v1/namespaces/${namespace}/configmaps/${identifier}-html`,
});

const standing = ({ client }: DeployStage, path: string): Promise<Kube | undefined> =>
  client.get(path).catch(() => undefined);

/** Replicas, and the page that it shows. */
const shown = async (stage: DeployStage, { object, page }: ReturnType<typeof placesOf>): Promise<unknown> => {
  const [made, map] = [await standing(stage, object), await standing(stage, page)];
  return made === undefined && map === undefined ? 'none' : [made?.spec.replicas, map?.data['index.html']];
};

export const requestCases: readonly DeployCase[] = [
  {
    name: 'requested',
    expected: [
      ...['201 SUCCESS', [2, metadata.doc_html], ['CREATED', '1', 'requested-1', 'flotilla']],
      ...['200 SUCCESS', '201 SUCCESS', [3, 'new']],
      ...['200 SUCCESS', 'none', ['DELETED', null]],
    ],
    run: async (stage) => {
      const { requested } = stage;
      // An unknown one.
      const namespace = `${stage.namespace}-made`;
      const body = { ...wanted, namespace, image: 'registry.test/web:1.0' };
      const made = await ended(stage, 'POST', '/requests/create', 'requested-1', body);
      const { identifier } = made.data;
      const places = placesOf(namespace, identifier);
      const first = [told(made), await shown(stage, places)];
      const { data } = await requested('GET', `/${identifier}`);
      const { labels } = data.object.metadata;
      const look = [data.status, data.resource_version, labels['request-id'], labels['managed-by']];

      const more = { metadata: { replica_count: 3, doc_html: 'new' } };
      const [changed, other] = await Promise.all([
        ended(stage, 'PATCH', `/requests/${identifier}`, 'requested-2', more),
        // Another one shares the namespace.
        ended(stage, 'POST', '/requests/create', 'requested-3', { ...body, name: 'other' }),
      ]);
      const second = [told(changed), told(other), await shown(stage, places)];

      const deleted = await ended(stage, 'DELETE', `/requests/${identifier}`, 'requested-4');
      const end = (await requested('GET', `/${identifier}`)).data;
      return [...first, look, ...second, told(deleted), await shown(stage, places), [end.status, end.object]];
    },
  },
  {
    name: 'requested-again',
    expected: ['201 SUCCESS', 'none', '200 SUCCESS', [2, metadata.doc_html]],
    run: async (stage) => {
      const { namespace, client } = stage;
      const body = { ...wanted, namespace, image: 'registry.test/web:1.0' };
      const made = await ended(stage, 'POST', '/requests/create', 'again-1', body);
      const { identifier } = made.data;
      const places = placesOf(namespace, identifier);
      // By hand.
      for (const path of [places.object, places.page]) await client.delete(path, { propagationPolicy: 'Background' });
      while ((await shown(stage, places)) !== 'none') await sleep(20);
      const left = await shown(stage, places);
      const again = await ended(stage, 'POST', `/requests/${identifier}/reconcile`, 'again-2');
      return [told(made), left, told(again), await shown(stage, places)];
    },
  },
  {
    name: 'requested-and-failed',
    expected: ['201 FAILURE', true, '200 FAILURE', '200 SUCCESS', 422],
    run: async (stage) => {
      const { requested, namespace } = stage;
      const body = { ...wanted, namespace, image: 'registry.test/web:2.0-missing' };
      const short = ({ code, data }: Kube): string => `${code} ${data.status}`;
      const made = await ended(stage, 'POST', '/requests/create', 'failed-1', body);
      const again = await ended(stage, 'POST', '/requests/failed-1/retry');
      const gone = await ended(stage, 'DELETE', `/requests/${made.data.identifier}`, 'failed-2');
      const refused = await requested('POST', '/requests/create', 'failed-3', { ...body, image: 'registry.test/web' });
      const isNamed = /ImagePull/.test(made.data.failure_reason);
      return [short(made), isNamed, short(again), short(gone), refused.code];
    },
  },
];
