import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../cluster/kube-client.ts';
import { all, configMap, deployment } from '../executors/kubernetes-texts.ts';
import type { DeployCase, DeployStage } from './cases.ts';

/** Changes by hand to deployments without Harness: on the simulated cluster and on a real API server. */

const targetOf = async ({ asked, namespace }: DeployStage): Promise<Kube> =>
  (await asked(`/targets?environment=${namespace}-open`)).targets[0];

/** Waits until surveys have marked these fields, and no others. */
const untilMarked = async (stage: DeployStage, fields: readonly string[]): Promise<void> => {
  for (;;) {
    const { drift } = await targetOf(stage);
    const found = (drift?.fields ?? []).map(({ object, path }: Kube) => path ?? object).toSorted();
    if (JSON.stringify(found) === JSON.stringify(fields)) return;
    await sleep(50);
  }
};

const web = (value: string): string => deployment('web', { spec: 'replicas: 1', env: `{name: A, value: "${value}"}` });

const imageField = 'spec.template.spec.containers[name=app].image';

export const driftCases: readonly DeployCase[] = [
  {
    name: 'adopted-hotfix',
    expected: [
      ...['adopted 1-hotfix', 2, ['kubectl']],
      ...['a later change alone is marked', 'NothingToAdopt'],
      ...['SUCCESS / Verified', 'verified 2', '2', 1],
    ],
    run: async (stage) => {
      const { client, namespace, asked } = stage;
      await stage.deploy({ manifests: all(web('1'), configMap('settings')) }, true);
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/web`;
      const containers = [{ name: 'app', image: 'registry.example/web:1-hotfix' }];
      const spec = { replicas: 2, template: { spec: { containers } } };
      await client.patch(`${path}?fieldManager=kubectl`, { spec }, 'strategic');
      await untilMarked(stage, ['spec.replicas', imageField]);
      const named = { key: 'shared/web', environment: `${namespace}-open` };
      const { target, count, fields } = await asked('/targets/adopt', { ...named, reason: 'hotfix' });
      await client.delete(`/api/v1/namespaces/${namespace}/configmaps/settings`, {});
      await untilMarked(stage, [`configmap ${namespace}/settings`]);
      await asked('/targets/adopt', named);
      const again = await asked('/targets/adopt', named).catch(
        (error: Error) => /[A-Z]\w+ToAdopt/.exec(error.message)?.[0],
      );
      const back = await stage.deploy(
        { docker_image_version: '2', manifests: all(web('2'), configMap('settings')) },
        true,
      );
      const now = await targetOf(stage);
      const found = await client.get(path);
      return [
        ...[`${target.state} ${target.version}`, count, [...new Set(fields.map(({ manager }: Kube) => manager))]],
        ...['a later change alone is marked', again, `${back.status} / ${back.reason}`, `${now.state} ${now.version}`],
        ...[found.spec.template.spec.containers[0].image.split(':').pop(), found.spec.replicas],
      ];
    },
  },
  {
    name: 'adopted-edit',
    expected: [
      ...['adopted 1', ['data.value'], 'SUCCESS / Verified'],
      ...['a later change alone is marked', 'adopted', ['Superseded']],
    ],
    run: async (stage) => {
      const { client, namespace, asked } = stage;
      await stage.deploy({ manifests: all(web('1'), configMap('settings')) }, true);
      const path = `/api/v1/namespaces/${namespace}/configmaps/settings`;
      await client.patch(`${path}?fieldManager=kubectl`, { data: { value: 'bye' } }, 'strategic');
      await untilMarked(stage, ['data.value']);
      const named = { key: 'shared/web', environment: `${namespace}-open` };
      const { target, fields } = await asked('/targets/adopt', { ...named, reason: 'hotfix' });
      // It takes adopted objects for applied ones.
      const image = await stage.deploy({ docker_image_version: '2' }, true);
      await client.delete(path, {});
      await untilMarked(stage, [`configmap ${namespace}/settings`]);
      await asked('/targets/adopt', named);
      const { state } = await targetOf(stage);
      const { left } = await asked(`/batches/${image.batch_id}/rollback/plan`, {});
      return [
        ...[`${target.state} ${target.version}`, fields.map(({ path: field }: Kube) => field)],
        ...[`${image.status} / ${image.reason}`, 'a later change alone is marked', state],
        left.map(({ reason }: Kube) => reason),
      ];
    },
  },
];
