import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { startSimulators } from '../../lib/local/simulators.ts';
import { clusterMemory } from '../../lib/simulators/cluster/remember.ts';
import { openMemory } from '../../lib/simulators/memory.ts';

test('where one cannot start, none is left running', async () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-simulators-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  mkdirSync(join(data, 'simulators', 'cluster-cluster-eu-1.db'), { recursive: true });
  await expect(startSimulators(simulatedConfiguration(), { data })).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: 'The simulated cluster cluster-eu-1 did not start; what it says of that is above.',
  });
  // Nobody has it any more.
  const other = join(data, 'simulators', 'cluster-cluster-us-1.db');
  (await openMemory(other, clusterMemory, { tell: () => {}, patience: 0 })).close();
});
