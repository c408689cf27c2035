import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDigest, hasVersion, parseImage, sameImage, sameRepository } from '../../../lib/domain/rollout/image.ts';
import { isDigest } from '../../../lib/domain/rollout/image-version.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

describe('image references', () => {
  it.each([
    ['nginx', { repository: 'docker.io/library/nginx' }],
    ['nginx:1.27', { repository: 'docker.io/library/nginx', tag: '1.27' }],
    ['docker.io/nginx:1', { repository: 'docker.io/library/nginx', tag: '1' }],
    ['index.docker.io/library/nginx', { repository: 'docker.io/library/nginx' }],
    ['acme/login-api:3.0.2', { repository: 'docker.io/acme/login-api', tag: '3.0.2' }],
    ['localhost/app', { repository: 'localhost/app' }],
    ['localhost', { repository: 'docker.io/library/localhost' }],
    ['my.app:1', { repository: 'docker.io/library/my.app', tag: '1' }],
    [':1', { repository: 'docker.io/library/', tag: '1' }],
    ['/app', { repository: 'docker.io//app' }],
    [' acme/app@x@y ', { repository: 'docker.io/acme/app', digest: 'x' }],
    ['localhost:5000/app', { repository: 'localhost:5000/app' }],
    ['registry.example:5000/team/app:1', { repository: 'registry.example:5000/team/app', tag: '1' }],
    [`registry.example/app@${digest}`, { repository: 'registry.example/app', digest }],
    [`registry.example:5000/app:1@${digest}`, { repository: 'registry.example:5000/app', tag: '1', digest }],
    [`docker-pullable://registry.example/app@${digest}`, { repository: 'registry.example/app', digest }],
    [digest, { repository: '', digest }],
    [`app:${'0a'.repeat(20)}`, { repository: 'docker.io/library/app', tag: '0a'.repeat(20) }],
  ])('%s', (reference, expected) => expect(parseImage(reference)).toEqual(expected));

  it.each([
    { image: 'reg:5000/app:1.2', version: '1.2', is: true },
    { image: 'reg:5000/app:1.20', version: '1.2', is: false },
    { image: 'reg:5000/app', version: '5000/app', is: false },
    { image: 'reg/app', version: 'latest', is: true },
    { image: `reg/app@${digest}`, version: 'latest', is: false },
    { image: `reg/app@${digest}`, version: digest, is: true },
    { image: `reg/app:1@${digest}`, version: '1', is: true },
    { image: `reg/app@${digest}`, version: digest.toUpperCase().replace('SHA', 'sha'), is: true },
    { image: 'reg/app:1', version: digest, is: false },
    { image: 'reg/app:v1', version: '1', is: false },
    { image: `reg/app:1@${digest}`, version: `1@${digest}`, is: true },
    { image: `reg/app:2@${digest}`, version: `1@${digest}`, is: false },
    { image: `reg/app:1@${digest}`, version: `1@sha256:${'4a'.repeat(32)}`, is: false },
    { image: `reg/app@${digest}`, version: `1@${digest}`, is: false },
    { image: 'reg/app:1', version: `1@${digest}`, is: false },
  ])('$image is version $version: $is', ({ image, version, is }) => expect(hasVersion(image, version)).toBe(is));

  it('distinguishes repositories exactly', () => {
    expect(sameRepository('nginx:1', 'docker.io/library/nginx')).toBe(true);
    expect(sameRepository('reg.example/a/app', 'reg.example/app')).toBe(false);
    expect(sameRepository('reg.example/app-2', 'reg.example/app')).toBe(false);
  });

  it('compares whole images', () => {
    expect(sameImage('nginx', 'docker.io/library/nginx:latest')).toBe(true);
    expect(sameImage('nginx:1', 'nginx:2')).toBe(false);
    expect(sameImage(`nginx:1@${digest}`, `nginx@${digest}`)).toBe(true);
    expect(sameImage('nginx:1', `nginx@${digest}`)).toBe(false);
    expect(sameImage(`nginx:1@${digest}`, `nginx:2@${digest}`)).toBe(false);
    expect(sameImage('nginx:1', 'apache:1')).toBe(false);
    expect(sameImage('nginx', 'nginx:1')).toBe(false);
    expect(sameImage(`nginx@${digest}`, `apache@${digest}`)).toBe(false);
    expect(sameImage('nginx:latest', 'nginx')).toBe(true);
    expect(sameImage(`nginx@${digest}`, `nginx:1@${digest}`)).toBe(true);
    expect(sameImage(`nginx@${digest}`, 'nginx:latest')).toBe(false);
    expect(sameImage(`nginx:1@${digest}`, `nginx:1@sha256:${'4a'.repeat(32)}`)).toBe(false);
  });

  it('reads what a runtime reports', () => {
    expect(hasDigest(`docker-pullable://nginx@${digest}`, digest)).toBe(true);
    expect(hasDigest(digest, digest)).toBe(true);
    expect(hasDigest('', digest)).toBe(false);
    expect(hasDigest(`nginx@sha256:${'4a'.repeat(32)}`, digest)).toBe(false);
    // A loaded image reports the digest of its configuration, which differs.
    expect(hasDigest(`sha256:${'4a'.repeat(32)}`, digest)).toBeUndefined();
    expect(isDigest('sha256:abc')).toBe(false);
  });

  it('recognises any tag of any repository', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const repository = fc.tuple(fc.constantFrom('', 'localhost:5000/', 'reg.example/', 'reg.example:443/team/'), part);
    fc.assert(
      fc.property(repository, fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,40}$/), ([root, name], tag) => {
        expect(hasVersion(`${root}${name}:${tag}`, tag)).toBe(true);
        expect(hasVersion(`${root}${name}:${tag}@${digest}`, digest)).toBe(true);
        expect(sameRepository(`${root}${name}:${tag}`, `${root}${name}`)).toBe(true);
      }),
    );
  });
});
