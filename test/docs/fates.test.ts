import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fates } from '../../lib/simulators/cluster/fate.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'simulated-cluster.md'), 'utf8');

it('the page of the simulators lists all fates of the simulated cluster', () => {
  const shown = [...page.matchAll(/^\| `-(\w+)` \| (.+) \|$/gm)].map(([, name, told]) => [name, told]);
  expect(Object.fromEntries(shown)).toEqual(fates);
});
