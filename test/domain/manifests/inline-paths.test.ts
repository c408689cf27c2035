import { describe, expect, it } from 'vitest';
import { parseBatch } from '../../../lib/domain/batch/parse-batch.ts';
import { readYaml } from '../../../lib/domain/batch/read-yaml.ts';
import { simulatedConfiguration } from '../../../lib/domain/catalogue/simulated-configuration.ts';
import { inlinePaths } from '../../../lib/domain/manifests/inline-paths.ts';
import { joinManifests } from '../../../lib/domain/manifests/join-manifests.ts';

const read = (path: string) => ({ text: joinManifests([{ name: path, text: `a: "${path}"` }]) });

const inlined = (text: string): string => {
  const made = inlinePaths(text, read);
  if ('problem' in made) throw new Error(made.problem);
  return made.text;
};

const valuesOf = (text: string) => {
  const yaml = readYaml(inlined(text));
  if ('issues' in yaml) throw new Error(JSON.stringify(yaml.issues));
  return (yaml.root as { deployments: { manifests: unknown }[] }).deployments.map(({ manifests }) => manifests);
};

const { text: a } = read('a');
const { text: b } = read('b');

describe('replaces paths by the text of their files', () => {
  it.each([
    ['in a line', 'deployments:\n  - {manifests: {path: a}, x: 1}\n', [a]],
    ['in a block', 'deployments:\n  - manifests:\n      path: a\n    x: 1 # y\n  - manifests: {path: b} # z\n', [a, b]],
    ['in JSON', '{"deployments": [\n\t{"manifests": {"path": "a"}},\n\t{"manifests": {"path": "a"}}\n]}', [a, a]],
    [
      'once for several',
      'deployments:\n  - {manifests: {path: a}}\n  - {manifests: {path: a}}\n  - {manifests: {path: b}}\n',
      [a, a, b],
    ],
  ])('%s', (_, text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });

  it('and leaves the rest as it was written', () => {
    const text =
      '# path\ndeployments:\n  - manifests: {path: a}   # why\n    x: "1.10"\n  - manifests: |\n      path: a\n  - {path: a}\n';
    expect(inlined(text)).toBe(text.replace('{path: a}   #', `${JSON.stringify(a)}   #`));
  });

  it.each(['manifests: {path: a, git: x}', 'manifests: {path: [a]}', 'manifests: path', 'x: {path: a}'])(
    'not of %s',
    (item) => {
      const text = `deployments:\n  - ${item}\n`;
      expect(inlined(text)).toBe(text);
    },
  );

  it('reports what it cannot read', () => {
    expect(inlinePaths('deployments: [{manifests: {path: a}}]', () => ({ problem: 'there is no such file' }))).toEqual({
      problem: 'a: there is no such file',
    });
  });

  it('problems name the file and its line', () => {
    const text = `version: v1.0\ndefaults: {environment_id: staging, infrastructure_id: cluster-eu-1, docker_artifact_type: docker, executor: kubernetes}\ndeployments:\n  - {pillar: shared, service_name: a, docker_image_version: "1", manifests: {path: k8s}}\n`;
    const files = joinManifests([
      { name: 'k8s/b.yaml', text: 'a: 1' },
      { name: 'k8s/a.yaml', text: '---\n\nkind: [' },
    ]);
    const made = inlinePaths(text, () => ({ text: files }));
    const parsed = parseBatch('text' in made ? made.text : '', simulatedConfiguration().catalogue);
    expect('issues' in parsed && parsed.issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
      'deployments[1].manifests["k8s/a.yaml:3"] a `[` is not closed before this',
      'deployments[1].manifests.apiVersion k8s/b.yaml:1: is missing',
      'deployments[1].manifests.kind k8s/b.yaml:1: is missing',
      'deployments[1].manifests["metadata.name"] k8s/b.yaml:1: is missing',
    ]);
  });
});
