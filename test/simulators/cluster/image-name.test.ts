import { expect, it } from 'vitest';
import { momentOf } from '../../../lib/simulators/cluster/container-moment.ts';
import { fateOf } from '../../../lib/simulators/cluster/fate.ts';
import { imageNameProblem } from '../../../lib/simulators/cluster/image-name.ts';

const digest = `sha256:${'3f'.repeat(32)}`;

it.each([
  'nginx',
  'nginx:1.27',
  'acme/login-api:3.0.2',
  'localhost/app',
  'localhost:5000/app:1',
  'registry.example:5000/team/app__x:1',
  'registry.example/app--x:1',
  '[2001:db8::1]:5000/app:1',
  'REGISTRY.example/app:1',
  `registry.example/app@${digest}`,
  `registry.example/app:1@${digest}`,
  `registry.example/app@sha384:${'ab'.repeat(48)}`,
  `registry.example/app:${'x'.repeat(128)}`,
])('a kubelet accepts %s', (name) => expect(imageNameProblem(name)).toBeUndefined());

it.each([
  ['registry.example/mail:1.0.0+build.7', 'invalid reference format'],
  ['registry.example/mail:host:5000/mail:1.0', 'invalid reference format'],
  ['registry.example/mail:feature/login', 'invalid reference format'],
  ['registry.example/Mail:1', 'invalid reference format: repository name (Mail) must be lowercase'],
  ['Mail', 'invalid reference format: repository name (library/Mail) must be lowercase'],
  ['registry.example/a..b:1', 'invalid reference format'],
  ['registry.example/a-:1', 'invalid reference format'],
  ['registry.example/app:', 'invalid reference format'],
  ['registry.example/app:1 ', 'invalid reference format'],
  ['registry.example/app:1\n', 'invalid reference format'],
  [`registry.example/app:${'x'.repeat(129)}`, 'invalid reference format'],
  [`registry.example/${'x'.repeat(256)}`, 'must not be more than 255 characters'],
  [`registry.example/app@${digest.toUpperCase()}`, 'repository name (app@SHA256) must be lowercase'],
  [`registry.example/app@sha256:${'3F'.repeat(32)}`, 'invalid checksum digest format'],
  [`registry.example/app@sha256:${'3f'.repeat(16)}`, 'invalid checksum digest format'],
  [`registry.example/app@md5:${'3f'.repeat(16)}`, 'unsupported digest algorithm'],
  ['3f'.repeat(32), 'cannot specify 64-byte hexadecimal strings'],
  ['', 'invalid reference format'],
])('a kubelet refuses %j as InvalidImageName, and says why', (name, why) => {
  expect(imageNameProblem(name)).toContain(why);
  expect(fateOf(name)).toBe('invalid');
  const setting = { name: 'app', image: name, pod: 'app-0_shared(1)', step: 0, at: '2026-01-15T09:00:00Z' };
  const { state, warnings } = momentOf('invalid', { ...setting, ends: false, once: false, probed: true });
  expect(state.waiting).toMatchObject({ reason: 'InvalidImageName', message: expect.stringContaining(why) });
  expect(warnings?.map(({ reason }) => reason)).toEqual(['InspectFailed', 'Failed']);
});
