import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { simulatedConfiguration } from '../../lib/domain/catalogue/simulated-configuration.ts';
import { startSimulators } from '../../lib/local/simulators.ts';
import { startServer } from '../../lib/local/start-server.ts';
import { clusterMemory } from '../../lib/simulators/cluster/remember.ts';
import { openMemory } from '../../lib/simulators/memory.ts';

test('when one cannot start, none keeps running', async () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-simulators-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  mkdirSync(join(data, 'simulators', 'cluster-cluster-eu-1.db'), { recursive: true });
  await expect(startSimulators(simulatedConfiguration(), { data })).rejects.toMatchObject({
    name: 'ConfigurationInvalid',
    message: 'The simulated cluster cluster-eu-1 did not start; what it says of that is above.',
  });
  await expectNobody(data);
});

/** None of them has its memory any more. */
const expectNobody = async (data: string): Promise<void> => {
  const other = join(data, 'simulators', 'cluster-cluster-us-1.db');
  (await openMemory(other, clusterMemory, { tell: () => {}, patience: 0 })).close();
};

test('when the runtime cannot start, no simulator keeps running', async () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-simulators-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  writeFileSync(join(data, 'engine.db'), 'this is no database');
  const starting = startServer({ port: 0, data, configuration: simulatedConfiguration() });
  await expect(starting).rejects.toThrow('engine.db: it cannot be opened');
  await expectNobody(data);
});

/** The one that has a file in its command line. */
const processOf = (file: string): number => {
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  return Number.parseInt(lines.find((line) => line.includes(file))!, 10);
};

test('reports one that ends by itself, and none that we end', async () => {
  const data = mkdtempSync(join(tmpdir(), 'flotilla-simulators-'));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const told: string[] = [];
  const isTold = Promise.withResolvers<void>();
  const tell = (line: string): void => {
    told.push(line);
    isTold.resolve();
  };
  const simulators = await startSimulators(simulatedConfiguration(), { data, tell });
  process.kill(processOf(join(data, 'simulators', 'cluster-cluster-eu-1.db')), 'SIGKILL');
  await isTold.promise;
  await simulators.close();
  expect(told).toEqual(['The simulated cluster cluster-eu-1 has ended; start the server again.']);
});
