import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KubernetesCluster, kubeConfigFrom } from '../../lib/adapters/cluster.ts';
import { ClusterRequests } from '../../lib/adapters/cluster-request.ts';
import { deployerGroup } from '../../lib/domain/catalogue/cluster-group.ts';
import { commonRules, nameOfRight, type RoleRule } from '../../lib/domain/catalogue/cluster-rights.ts';
import { clusterRole, logsRole } from '../../lib/domain/catalogue/cluster-role.ts';
import { metricsRole } from '../../lib/domain/catalogue/deployer-role.ts';
import { type Kube, KubeClient } from './kube-client.ts';

import { readMetrics } from './metrics-access.ts';

/**
 * Authentication on a real API server: credentials that are replaced, groups that we act as, and what the role grants.
 * Each case has its expected result.
 */
interface Case {
  readonly name: string;
  readonly expected: unknown;
  run(stage: Stage): Promise<unknown>;
}

interface Stage {
  readonly admin: KubeClient;
  readonly folder: string;
  /** A kubeconfig with this user. */
  kubeconfig(user: object): string;
  token(account: string): Promise<string>;
}

const namespace = 'flotilla-access';
const member = { as: 'jane', 'as-groups': ['flotilla', 'on-call'] };
/** The subject that reads logs. */
const reader = { as: 'leo', 'as-groups': ['flotilla-logs'] };
const before: readonly RoleRule[] = [
  { group: 'apps', resources: ['deployments', 'replicasets'], verbs: ['list'] },
  { group: '', resources: ['pods'], verbs: ['list'] },
];
const watches = [
  { group: 'apps', resources: ['deployments'], verbs: ['list', 'watch'] },
  { group: '', resources: ['pods', 'events'], verbs: ['list', 'watch'] },
];

const requestsBy = async (kubeconfig: string): Promise<ClusterRequests> =>
  new ClusterRequests('real', await kubeConfigFrom({ kubeconfig }));
const clusterBy = async (kubeconfig: string): Promise<KubernetesCluster> =>
  new KubernetesCluster('real', await kubeConfigFrom({ kubeconfig }));

/** The user that the API server recognises. */
const whoAmI = async (requests: ClusterRequests): Promise<Kube> => {
  const { body } = await requests.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  return JSON.parse(body).status.userInfo;
};

const nameBy = async (requests: ClusterRequests): Promise<string> => (await whoAmI(requests)).username;

const give = async ({ admin }: Stage, objects: readonly object[]): Promise<void> => {
  for (const object of objects as readonly Kube[]) {
    const where = object.metadata.namespace === undefined ? '' : `/namespaces/${object.metadata.namespace}`;
    const path = `/apis/rbac.authorization.k8s.io/v1${where}/${object.kind.toLowerCase()}s`;
    await admin.delete(`${path}/${object.metadata.name}`).catch(() => {});
    await admin.post(path, object);
  }
};

const missing = async (
  stage: Stage,
  rules: readonly RoleRule[],
  user: object = member,
): Promise<readonly string[] | undefined> => {
  const cluster = await clusterBy(stage.kubeconfig(user));
  const wanted = rules.flatMap(({ group, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ group, resource, verb }))),
  );
  return (await cluster.missingRights(namespace, wanted))?.map(nameOfRight);
};

const listed = async (stage: Stage, user: object = member): Promise<string> => {
  const cluster = await clusterBy(stage.kubeconfig(user));
  return cluster.read([{ kind: 'deployment', namespace, name: 'none' }]).then(
    () => 'listed',
    (error: { details?: { status?: number } }) => `refused with ${error.details?.status}`,
  );
};

const cases: readonly Case[] = [
  {
    name: 'every group is a header of its own, and so are the values of an extra',
    expected: {
      username: 'jane',
      uid: '7',
      groups: ['flotilla', 'on-call', 'system:authenticated'],
      extra: { 'example.org/reason': ['a', 'b, c'] },
    },
    run: async (stage) => {
      const user = { ...member, 'as-uid': '7', 'as-user-extra': { 'example.org/reason': ['a', 'b, c'] } };
      return whoAmI(await requestsBy(stage.kubeconfig(user)));
    },
  },
  {
    name: 'a token that a login replaces is used after a refusal',
    expected: ['refused', `system:serviceaccount:${namespace}:one`],
    run: async (stage) => {
      const path = stage.kubeconfig({ token: 'of-yesterday' });
      const requests = await requestsBy(path);
      const first = await nameBy(requests).catch(() => 'refused');
      stage.kubeconfig({ token: await stage.token('one') });
      return [first, await nameBy(requests)];
    },
  },
  {
    name: 'a token file that rotates is read again',
    expected: [`system:serviceaccount:${namespace}:one`, `system:serviceaccount:${namespace}:two`],
    run: async (stage) => {
      const tokenFile = join(stage.folder, 'token');
      const requests = await requestsBy(stage.kubeconfig({ tokenFile }));
      const names: string[] = [];
      for (const account of ['one', 'two']) {
        writeFileSync(tokenFile, await stage.token(account));
        names.push(await nameBy(requests));
      }
      return names;
    },
  },
  {
    name: 'a program whose token is refused runs again',
    expected: `system:serviceaccount:${namespace}:two`,
    run: async (stage) => {
      const said = join(stage.folder, 'said');
      const write = (token: string): void => {
        const answer = { kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } };
        writeFileSync(said, JSON.stringify(answer));
      };
      write('of-yesterday');
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'cat', args: [said] };
      const requests = await requestsBy(stage.kubeconfig({ exec: { ...exec, interactiveMode: 'Never' } }));
      await nameBy(requests).catch(() => {});
      write(await stage.token('two'));
      return nameBy(requests);
    },
  },
  {
    name: 'without a role nothing can be listed, and a review says so',
    expected: ['refused with 403', ['list deployments.apps', 'list replicasets.apps', 'list pods']],
    run: async (stage) => [await listed(stage), await missing(stage, before)],
  },
  {
    name: 'an older role can list, and lacks what a watch needs',
    expected: ['listed', ['watch deployments.apps', 'watch pods', 'list events', 'watch events']],
    run: async (stage) => {
      await give(stage, clusterRole([namespace], before));
      return [await listed(stage), await missing(stage, watches)];
    },
  },
  {
    name: 'the role grants all, and a watch begins',
    expected: ['listed', [], 200],
    run: async (stage) => {
      await give(stage, clusterRole([namespace], commonRules));
      const stop = new AbortController();
      const requests = await requestsBy(stage.kubeconfig(member));
      const path = `/api/v1/namespaces/${namespace}/pods?watch=1&resourceVersion=0`;
      const { status } = await requests.open(path, stop.signal);
      stop.abort();
      return [await listed(stage), await missing(stage, commonRules), status];
    },
  },
  {
    name: 'the role for logs lists pods and their owners, reads logs, and does nothing else',
    expected: [
      'listed',
      { none: 'pods "none" not found' },
      commonRules
        .flatMap(({ group, resources, verbs }) =>
          resources.flatMap((resource) => verbs.map((verb) => nameOfRight({ group, resource, verb }))),
        )
        .filter((right) => !/^list (?!events)|pods.log/.test(right)),
    ],
    run: async (stage) => {
      await give(stage, logsRole([namespace]));
      const cluster = await clusterBy(stage.kubeconfig(reader));
      const asked = { namespace, pod: 'none', container: 'app', previous: false, lines: 10, bytes: 1_000 };
      return [await listed(stage, reader), await cluster.readLog(asked), await missing(stage, commonRules, reader)];
    },
  },
  {
    name: 'the role for metrics reaches one port of one Service, and no other',
    expected: ['let through', 'forbidden'],
    run: async (stage) => {
      const entry = { namespace, service: 'prometheus', port: 9090 };
      await give(stage, metricsRole(entry));
      const cluster = await clusterBy(stage.kubeconfig({ as: 'dora', 'as-groups': [deployerGroup] }));
      return readMetrics({ admin: stage.admin, entry, cluster });
    },
  },
];

/** The names of the failed cases, with their results. Uses the administrator's kubeconfig. */
export const accessProblems = async (whole: string, folder: string): Promise<readonly string[]> => {
  const { clusters, users } = JSON.parse(readFileSync(whole, 'utf8')) as Kube;
  const { cluster } = clusters[0];
  const { token } = users[0].user;
  const authority = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
  const admin = new KubeClient({ url: cluster.server, token, authority });
  await admin.post('/api/v1/namespaces', { metadata: { name: namespace } });
  for (const name of ['one', 'two'])
    await admin.post(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  const stage: Stage = {
    admin,
    folder,
    kubeconfig: (user) => {
      const path = join(folder, 'access.json');
      // Impersonation needs a role of its own.
      const text = {
        'current-context': 'c',
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: 'as' in user ? { token, ...user } : user }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      };
      writeFileSync(path, JSON.stringify(text), { mode: 0o600 });
      return path;
    },
    token: async (account) => {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
      return (await admin.post(path, { spec: {} })).status.token;
    },
  };
  const problems: string[] = [];
  for (const { name, expected, run } of cases) {
    const found = await run(stage).catch(String);
    if (!isDeepStrictEqual(found, expected)) problems.push(`${name}: ${JSON.stringify(found)}`);
  }
  admin.close();
  return problems;
};
