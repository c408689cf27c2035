import { describe, expect, test } from 'vitest';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import type { Catalogue } from '../../../lib/domain/catalogue/catalogue.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { planBatch } from '../../../lib/domain/plan/plan-batch.ts';
import { batchOf, issuesOf } from './reading.ts';

const { catalogue: usual } = simulatedConfiguration();
const cluster = { simulated: true, known_as: 'simulated' };
const names = ['eu-1', 'us-1', 'ap-1', ...Array.from({ length: 20 }, (_, nth) => `c${nth}`)];
const catalogue: Catalogue = {
  ...usual,
  clusters: Object.fromEntries(names.map((name) => [name, { ...cluster, known_as: name }])),
  infrastructures: { 'eu-risk': { cluster: 'eu-1' } },
};

const head =
  'version: v1.0\ndefaults: { environment_id: staging, infrastructure_id: eu-1, docker_artifact_type: docker }';
const text = (...services: readonly string[]): string =>
  `${head}\nreleases:\n  risk:\n${services.map((one) => `    ${one}`).join('\n')}`;
const on = (infrastructures: string, more = ''): string =>
  `{ version: "1", infrastructure_id: ${infrastructures}${more === '' ? '' : `, ${more}`} }`;
const keysOf = (batch: string) =>
  Object.fromEntries(batchOf(batch, catalogue).deployments.map(({ key, dependencies }) => [key, dependencies]));
const said = (batch: string) => issuesOf(batch, catalogue).map(describeIssue);

describe('a list of infrastructures', () => {
  const { deployments } = batchOf(text(`cva: ${on('[eu-1, us-1]')}`, `pfe: ${on('[us-1]')}`, 'one: "1"'), catalogue);

  test('is one deployment on each, with the infrastructure in the key if there are several', () => {
    expect(
      deployments.map(({ key, infrastructure_id, position, line }) => [key, infrastructure_id, position, line]),
    ).toEqual([
      ['risk/cva@eu-1', 'eu-1', 1, 5],
      ['risk/cva@us-1', 'us-1', 2, 5],
      ['risk/pfe', 'us-1', 3, 6],
      ['risk/one', 'eu-1', 4, 7],
    ]);
  });

  test('leads to targets made from fields, not from the key', () => {
    const plan = planBatch(batchOf(text(`cva: ${on('[eu-1, us-1]')}`), catalogue), catalogue);
    expect(plan.deployments.map(({ target }) => target)).toEqual(['staging/eu-1/risk/cva', 'staging/us-1/risk/cva']);
    const [alone] = planBatch(batchOf(text(`cva: ${on('us-1')}`), catalogue), catalogue).deployments;
    expect(alone).toMatchObject({ key: 'risk/cva', target: 'staging/us-1/risk/cva' });
  });

  test('may be in the defaults, and an item may override it', () => {
    const batch = text('cva: "1"', `pfe: ${on('ap-1')}`).replace(
      'infrastructure_id: eu-1',
      'infrastructure_id: [eu-1, us-1]',
    );
    expect(Object.keys(keysOf(batch))).toEqual(['risk/cva@eu-1', 'risk/cva@us-1', 'risk/pfe']);
  });

  test('may be in the long form', () => {
    const item = '{ pillar: risk, service_name: cva, docker_image_version: "1", infrastructure_id: [eu-1, us-1] }';
    expect(Object.keys(keysOf(`${head}\ndeployments: [${item}]`))).toEqual(['risk/cva@eu-1', 'risk/cva@us-1']);
  });
});

describe('a dependency', () => {
  const cva = `cva: ${on('[eu-1, us-1]')}`;
  const pfe = (dependencies: string, infrastructures = '[us-1, eu-1]'): string =>
    `pfe: ${on(infrastructures, `dependencies: [${dependencies}]`)}`;

  test.each<[written: string, onUs: readonly string[], onEu: readonly string[]]>([
    ['cva', ['risk/cva@eu-1', 'risk/cva@us-1'], ['risk/cva@eu-1', 'risk/cva@us-1']],
    ['Risk/cva', ['risk/cva@eu-1', 'risk/cva@us-1'], ['risk/cva@eu-1', 'risk/cva@us-1']],
    ['{ key: cva }', ['risk/cva@eu-1', 'risk/cva@us-1'], ['risk/cva@eu-1', 'risk/cva@us-1']],
    ['cva@us-1', ['risk/cva@us-1'], ['risk/cva@us-1']],
    ['risk/cva@eu-1, cva', ['risk/cva@eu-1', 'risk/cva@us-1'], ['risk/cva@eu-1', 'risk/cva@us-1']],
    ['{ key: cva, same_infrastructure: true }', ['risk/cva@us-1'], ['risk/cva@eu-1']],
    ['{ key: risk/cva, same_infrastructure: true }', ['risk/cva@us-1'], ['risk/cva@eu-1']],
    [
      '{ key: cva, same_infrastructure: false }',
      ['risk/cva@eu-1', 'risk/cva@us-1'],
      ['risk/cva@eu-1', 'risk/cva@us-1'],
    ],
  ])('%s', (written, onUs, onEu) => {
    expect(keysOf(text(cva, pfe(written)))).toMatchObject({ 'risk/pfe@us-1': onUs, 'risk/pfe@eu-1': onEu });
  });

  test('may name the infrastructure of a service that has only one', () => {
    expect(keysOf(text('cva: "1"', pfe('cva@eu-1', 'us-1')))).toMatchObject({ 'risk/pfe': ['risk/cva'] });
  });

  test('ten services on twenty infrastructures each are 200', () => {
    const list = `[${names.slice(3).join(', ')}]`;
    const services = Array.from({ length: 10 }, (_, nth) => `s${nth}`);
    const keys = keysOf(text(...services.map((name) => `${name}: ${on(list)}`), pfe(services.join(', '), 'eu-1')));
    expect(new Set(keys['risk/pfe']).size).toBe(200);
  });
});

describe('problems', () => {
  const cva = `cva: ${on('[eu-1, us-1]')}`;

  test.each<[title: string, services: readonly string[], problems: readonly string[]]>([
    [
      'an infrastructure twice',
      [`cva: ${on('[eu-1, us-1, eu-1]')}`],
      ['5:58 releases.risk.cva.infrastructure_id[3]: "eu-1" is twice in this list (remove one)'],
    ],
    [
      'an infrastructure twice, and what else is wrong with the others',
      [`cva: ${on('[eu-1, eu-1, nope, us-1]')}`, `pfe: ${on('us-1', 'dependencies: [cva@us-1, cva@ap-1]')}`],
      [
        '5:52 releases.risk.cva.infrastructure_id[2]: "eu-1" is twice in this list (remove one)',
        expect.stringMatching(/^5:58 releases\.risk\.cva\.infrastructure_id\[3\]: there is no infrastructure "nope"/),
        expect.stringMatching(
          /^6:76 releases\.risk\.pfe\.dependencies: risk\/cva is not deployed to "ap-1" in this batch/,
        ),
      ],
    ],
    [
      'no infrastructure',
      [`cva: ${on('[]')}`],
      ['5:45 releases.risk.cva.infrastructure_id: the list is empty; at least 1 entry is needed'],
    ],
    [
      'an unknown infrastructure',
      [`cva: ${on('[eu-1, ue-1]')}`],
      [expect.stringMatching(/^5:52 releases\.risk\.cva\.infrastructure_id\[2\]: there is no infrastructure "ue-1"/)],
    ],
    [
      'a wrong field, only once',
      [`cva: ${on('[eu-1, us-1, ap-1]', 'priority: 11, dependencies: [ghost]')}`],
      [
        '5:75 releases.risk.cva.priority: the number 11 is over 10',
        '5:94 releases.risk.cva.dependencies: "ghost" is not in this batch (a dependency must be a service in the same batch)',
      ],
    ],
    [
      'a dependency on an infrastructure without the service',
      [cva, `pfe: ${on('ap-1', 'dependencies: [cva@ap-1]')}`],
      [
        '6:66 releases.risk.pfe.dependencies: risk/cva is not deployed to "ap-1" in this batch; it is deployed to eu-1, us-1',
      ],
    ],
    [
      'no counterpart on the same infrastructure, listing all that lack one',
      [cva, `pfe: ${on('[eu-1, ap-1, c1]', 'dependencies: [{ key: cva, same_infrastructure: true }]')}`],
      [
        '6:78 releases.risk.pfe.dependencies: risk/cva is not deployed to "ap-1", "c1" in this batch; it is deployed to eu-1, us-1 (add it there, or write risk/cva to wait for all)',
      ],
    ],
    [
      'an infrastructure, and the same one',
      [cva, `pfe: ${on('eu-1', 'dependencies: [{ key: cva@us-1, same_infrastructure: true }]')}`],
      [
        '6:66 releases.risk.pfe.dependencies: names the infrastructure "us-1", and asks for the same one (write cva, or remove same_infrastructure)',
      ],
    ],
    [
      'a cycle, with full keys',
      [
        `a: ${on('[eu-1, us-1]', 'dependencies: [{ key: b, same_infrastructure: true }]')}`,
        `b: ${on('[eu-1, us-1]', 'dependencies: [{ key: a, same_infrastructure: true }]')}`,
      ],
      [
        '5:72 releases.risk.a.dependencies: cycle: risk/a@eu-1 -> risk/b@eu-1 -> risk/a@eu-1 (remove one of these dependencies)',
      ],
    ],
    [
      'a dependency on itself',
      [`a: ${on('[eu-1, us-1]', 'dependencies: [{ key: a, same_infrastructure: true }]')}`],
      ['5:72 releases.risk.a.dependencies: cycle: risk/a@eu-1 -> risk/a@eu-1 (a deployment cannot wait for itself)'],
    ],
    [
      'two infrastructures that lead to one object',
      [`cva: ${on('[eu-1, eu-risk]')}`],
      [
        '5:52 releases.risk.cva.infrastructure_id[2]: risk/cva@eu-risk leads to deployment risk/cva on eu-1, and so does risk/cva@eu-1 (one would overwrite the other; a batch may change an object only once)',
      ],
    ],
  ])('%s', (_, services, problems) => expect(said(text(...services))).toEqual(problems));

  test('a service in two items stays an error, even on other infrastructures', () => {
    const item = '{ pillar: risk, service_name: cva, docker_image_version: "1", infrastructure_id: us-1 }';
    expect(said(`${text('cva: "1"')}\ndeployments: [${item}]`)).toEqual([
      '5:5 releases.risk.cva: risk/cva is already on line 6 (a batch deploys each service once; for several clusters, give infrastructure_id a list)',
    ]);
  });

  test('a list in the defaults is reported there, not for each item', () => {
    const batch = text('a: "1"', 'b: "1"').replace('infrastructure_id: eu-1', 'infrastructure_id: [eu-1, eu-1]');
    expect(said(batch)).toEqual(['2:64 defaults.infrastructure_id[2]: "eu-1" is twice in this list (remove one)']);
  });

  const list = `[${names.slice(3).join(', ')}]`;
  const many = (count: number, fields = ''): readonly string[] =>
    Array.from({ length: count }, (_, nth) => `s${nth}: ${on(list, fields)}`);

  test('more than 10,000 deployments', () => {
    expect(said(text(...many(501)))).toEqual([
      '3:1 releases: the batch has 10020 deployments, counted on each infrastructure; at most 10000 are allowed',
    ]);
  });

  test('more than 10,000 deployments hide which infrastructures exist, so those are no problem', () => {
    const needs = 'dependencies: [s0@c3, { key: s0, same_infrastructure: true }]';
    expect(said(text(...many(501), `last: ${on('c3', needs)}`))).toHaveLength(1);
  });

  test('more than 100,000 dependencies', () => {
    const services = ['a', 'b', 'c'].map((name) => `${name}: ${on(list)}`);
    expect(said(text(...services, ...many(84, 'dependencies: [a, b, c]')))).toEqual([
      expect.stringMatching(/^91:\d+ releases\.risk\.s83\.dependencies: .* more than 100000 dependencies/),
    ]);
  });
});
