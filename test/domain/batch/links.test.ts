import { expect, test } from 'vitest';
import { issuesOf } from './reading.ts';

const fileWith = (metadata: string): string =>
  `version: v1.0\nmetadata:\n  links: ${metadata}\ndeployments:\n  - { pillar: risk, service_name: cva, docker_image_version: "1", environment_id: uat, infrastructure_id: cluster-eu-1, docker_artifact_type: docker }\n`;

const rule =
  'is not an address like https://ci.example.com/runs/17: http or https, without user name, password or spaces';

/** A refused link is not repeated: it may contain a password. */
test.each<[what: string, links: string, at: string, message: string]>([
  ['another scheme', '{ ci: "ftp://example.com" }', '3:16', `metadata.links.ci: this value ${rule}`],
  ['a password', '{ ci: "https://ada:pw@example.com/" }', '3:16', `metadata.links.ci: this value ${rule}`],
  [
    'a token',
    '{ ci: "https://example.com/?access_token=5f2b7c9d1e3a4f60" }',
    '3:16',
    'metadata.links.ci: this value seems to contain a secret, and everyone may read it',
  ],
  ['a name with a space', '{ "a b": "https://example.com" }', '3:12', 'this name is not a plain name'],
  ['a list', '[https://example.com]', '3:10', 'a list where a mapping is needed'],
])('reports %s with its place', (_, links, at, message) => {
  const told = issuesOf(fileWith(links)).map(
    (issue) => `${issue.line}:${issue.column} ${issue.path}: ${issue.message}`,
  );
  expect(told).toEqual([expect.stringContaining(message)]);
  expect(told[0]!.split(' ')[0]).toBe(at);
});
