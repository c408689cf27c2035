import { expect, test } from 'vitest';
import type { ClusterConnection, Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { checkClusters } from '../../lib/local/runtime/check-clusters.ts';

const withCluster = (connection: ClusterConnection): Configuration =>
  ({ connections: { clusters: { one: connection }, harness: { kind: 'none' } } }) as unknown as Configuration;

test.each([
  ['its own', { kind: 'eks', eks: 'prod', region: 'eu-west-1' }, undefined],
  ['the region of the environment', { kind: 'eks', eks: 'prod' }, 'eu-west-1'],
] as const)('a cluster in EKS is in %s region', async (_, connection, region) => {
  expect(await checkClusters(withCluster(connection), { region })).toEqual([]);
});

test('a cluster in EKS without a region is reported before it is asked', async () => {
  const checked = checkClusters(withCluster({ kind: 'eks', eks: 'prod' }), { region: undefined });
  await expect(checked).rejects.toThrow('Cluster one: the region of the EKS cluster prod is not known; give it a');
});
