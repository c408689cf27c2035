import { setTimeout as sleep } from 'node:timers/promises';
import type { Kube } from '../cluster/kube-client.ts';
import { all, configMap, deployment } from '../executors/kubernetes-texts.ts';
import { type DeployCase, type DeployStage, usualItem } from './cases.ts';

/** A cluster's preview of a batch. */

const preview = async ({ asked, namespace }: DeployStage, item: object): Promise<readonly string[]> => {
  const deployments = [{ ...usualItem, infrastructure_id: namespace, environment_id: namespace, ...item }];
  const { preview_id } = await asked('/previews', { version: 'v1.0', deployments });
  for (;;) {
    const { state, deployments: found } = await asked(`/previews/${preview_id}`);
    if (state !== 'running') return linesOf(found[0].answer);
    await sleep(20);
  }
};

const linesOf = ({ objects = [], problem, state }: Kube): readonly string[] => [
  ...(state === 'told' ? [] : [state]),
  ...objects.map(({ object, fate, fields = [], conflicts = [], message }: Kube) => {
    const paths = [...fields, ...conflicts].map((one: Kube) => one.path ?? one.field).toSorted();
    const says = fate === 'refused' ? [/replicaz/.exec(message)?.[0]] : [];
    return [object.split('/').at(-1), fate, ...paths, ...says].join(' ');
  }),
  ...(problem === undefined ? [] : [problem.reason]),
];

const web = (value: string, more = 'replicas: 1'): string =>
  deployment('web', { spec: more, env: `{name: A, value: "${value}"}` });

const nothing = { docker_image_version: undefined, docker_artifact_type: undefined };
const pod = 'spec.template.spec.containers[app]';

export const previewCases: readonly DeployCase[] = [
  {
    name: 'previewed',
    expected: [
      ['settings created', 'web created'],
      ['settings unchanged', `web changed spec.replicas ${pod}.env[A].value ${pod}.image`],
      ['settings unchanged', 'web refused replicaz'],
      ['web changed spec.replicas'],
      ['settings deleted', 'web deleted'],
      '1 1',
    ],
    run: async (stage) => {
      const { client, namespace } = stage;
      const first = { manifests: all(web('1'), configMap('settings')) };
      const made = await preview(stage, first);
      await stage.deploy(first);
      const version = { docker_image_version: '2' };
      const changed = await preview(stage, {
        ...version,
        manifests: all(web('2', 'replicas: 3'), configMap('settings')),
      });
      const refused = await preview(stage, {
        ...version,
        manifests: all(web('2', 'replicaz: 3'), configMap('settings')),
      });
      const scaled = await preview(stage, { ...nothing, action: 'scale', replicas: 4 });
      const deleted = await preview(stage, { ...nothing, action: 'delete' });
      const { spec } = await client.get(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
      const left = `${spec.template.spec.containers[0].image.split(':').at(-1)} ${spec.replicas}`;
      return [made, changed, refused, scaled, deleted.toSorted(), left];
    },
  },
];
