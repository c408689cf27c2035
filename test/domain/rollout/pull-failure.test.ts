import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Progress } from '../../../lib/domain/rollout/judgement.ts';
import { type PullCause, pullCause, tellsCause } from '../../../lib/domain/rollout/pull-failure.ts';
import { waitingSignal } from '../../../lib/domain/rollout/waiting-signal.ts';
import type { WarningEvent } from '../../../lib/domain/rollout/warning-event.ts';

const image = 'registry.example/shop/web:2.4.0';
const resolving = `failed to pull and unpack image "${image}": failed to resolve reference "${image}"`;

/** As containerd, CRI-O and the Docker daemon report it. */
const said: readonly (readonly [PullCause, string])[] = [
  ['NotFound', `rpc error: code = NotFound desc = ${resolving}: ${image}: not found`],
  ['NotFound', 'manifest for registry.example/shop/web:2.4.0 not found: manifest unknown: manifest unknown'],
  ['NotFound', 'reading manifest 2.4.0 in registry.example/shop/web: name unknown'],
  ['NotFound', 'no match for platform in manifest: not found'],
  [
    'Unauthorized',
    `${resolving}: failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized`,
  ],
  ['Unauthorized', `${resolving}: unexpected status from HEAD request to https://registry.example/v2/x: 403 Forbidden`],
  ['Unauthorized', `${resolving}: pull access denied, repository does not exist or may require authorization`],
  ['Unauthorized', 'Error response from daemon: Get https://registry.example/v2/: no basic auth credentials'],
  ['Unauthorized', 'reading manifest 2.4.0: requested access to the resource is denied'],
  ['NoSuchRegistry', 'dial tcp: lookup registry.exmaple on 10.0.0.10:53: no such host'],
  [
    'Passing',
    `${resolving}: unexpected status from HEAD request to https://registry.example/v2/x: 503 Service Unavailable`,
  ],
  ['Passing', 'received unexpected HTTP status: 500 Internal Server Error'],
  ['Passing', 'toomanyrequests: You have reached your unauthenticated pull rate limit'],
  ['Passing', '429 Too Many Requests - Server message: toomanyrequests: denied'],
  ['Passing', `${resolving}: dial tcp 10.1.2.3:443: i/o timeout`],
  [
    'Passing',
    'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  ],
  ['Passing', 'read tcp 10.1.2.3:4711->10.1.2.4:443: read: connection reset by peer'],
  ['Passing', 'dial tcp 10.1.2.3:443: connect: connection refused'],
  ['Passing', 'net/http: TLS handshake timeout'],
  ['Passing', 'dial tcp: lookup registry.example: Temporary failure in name resolution'],
  ['Passing', 'dial tcp: lookup registry.example on 10.0.0.10:53: server misbehaving'],
  ['Passing', 'failed to copy: httpReadSeeker: failed open: unexpected EOF'],
  ['Passing', '(Mirrors also failed: [mirror.example/web: manifest unknown]): pinging registry: i/o timeout'],
  ['Unknown', 'failed to extract layer: no space left on device'],
  ['Unknown', 'tls: failed to verify certificate: x509: certificate signed by unknown authority'],
  ['Unknown', ''],
];

describe('a failed pull', () => {
  it.each(said)('%s: %s', (cause, message) => {
    expect(pullCause(message, { image })).toBe(cause);
  });

  it.each<[image: string, message: (image: string) => string, cause: PullCause]>([
    ['registry.example/denied/timeout:503', (name) => `failed to pull image "${name}": 404 page not found`, 'NotFound'],
    ['registry.example/not-found/web:1', (name) => `failed to resolve "${name}": 502 Bad Gateway`, 'Passing'],
    ['unauthorized:1', (name) => `pulling ${name}: disk quota`, 'Unknown'],
    ['denied.example/web:1', () => 'pulling denied.example/web: disk quota', 'Unknown'],
    ['registry.example/web@sha256:500', () => 'registry.example/web: not found', 'NotFound'],
  ])('of %s is not judged by the words in its name', (name, message, cause) => {
    expect(pullCause(message(name), { image: name })).toBe(cause);
  });

  it.each<[before: readonly string[], cause: PullCause]>([
    [[], 'NoSuchRegistry'],
    [['registry.exmaple/shop/web:2.3.0'], 'NoSuchRegistry'],
    [['reg/side:1', 'registry.example/shop/web:2.3.0'], 'Passing'],
  ])('for an unknown host, after %s', (before, cause) => {
    expect(pullCause('dial tcp: lookup registry.example: no such host', { image, before })).toBe(cause);
  });

  it.each([
    [`Back-off pulling image "${image}"`, false],
    [`Back-off pulling image ${image}`, false],
    [`Back-off pulling image "${image}": ErrImagePull: not found`, true],
    ['not found', true],
  ])('reports its cause or not: %s', (message, tells) => {
    expect(tellsCause(message)).toBe(tells);
  });
});

const pod = { metadata: { name: 'p', uid: 'p0' } };
const backOff = `Back-off pulling image "${image}"`;
const statusOf = (reason: string, message: string, of = image) => ({
  name: 'web',
  image: of,
  state: { waiting: { reason, message } },
});

describe('an older kubelet that backs off without a cause', () => {
  const seen = (...keys: readonly string[]): Progress => ({
    saw_expected: true,
    first_seen: Object.fromEntries(keys.map((key) => [key, 1])),
  });
  const signal = (previous?: Progress, warnings: readonly WarningEvent[] = []) =>
    waitingSignal(pod, statusOf('ImagePullBackOff', backOff), { previous, warnings });

  it.each<[what: string, previous: Progress | undefined, key: string, reason: string, grace: number]>([
    ['gets its grace', undefined, `ImagePull/Passing/${image}`, 'ImagePullBackOff', 90_000],
    [
      'keeps its last cause',
      seen(`ImagePull/NotFound/${image}`),
      `ImagePull/NotFound/${image}`,
      'ImagePullBackOff',
      1_000,
    ],
    [
      'keeps a temporary cause',
      seen(`ImagePull/Passing/${image}`),
      `ImagePull/Passing/${image}`,
      'RegistryUnavailable',
      90_000,
    ],
    [
      'does not keep the cause of another image',
      seen('ImagePull/NotFound/other:1'),
      `ImagePull/Passing/${image}`,
      'ImagePullBackOff',
      90_000,
    ],
  ])('%s', (_, previous, key, reason, grace) => {
    expect(signal(previous)).toMatchObject({ key, reason, grace });
  });

  it('with no message at all keeps its last cause', () => {
    const status = statusOf('ErrImagePull', '');
    const previous = seen(`ImagePull/NotFound/${image}`);
    expect(waitingSignal(pod, status, { previous })?.key).toBe(`ImagePull/NotFound/${image}`);
  });

  const failed: WarningEvent = {
    ...{ uid: 'p0', name: 'p', reason: 'Failed', count: 1, first: 0, last: 0 },
    message: `Failed to pull image "${image}": unauthorized`,
  };
  it.each<[what: string, event: Partial<WarningEvent>, cause: PullCause]>([
    ['is explained by an event of its pod', {}, 'Unauthorized'],
    ['is not explained by an event of another pod', { uid: 'p1' }, 'NotFound'],
    ['is not explained by another failure', { reason: 'Failed', message: 'Error: ImagePullBackOff' }, 'NotFound'],
    [
      'is not explained by the pull of another image',
      { message: 'Failed to pull image "x:1": unauthorized' },
      'NotFound',
    ],
  ])('%s', (_, event, cause) => {
    const told = cause === 'Unauthorized' ? `${backOff}: ${failed.message}` : backOff;
    expect(signal(undefined, [{ ...failed, ...event }])?.evidence[0]?.message).toBe(told);
    expect(signal(seen(`ImagePull/NotFound/${image}`), [{ ...failed, ...event }])).toMatchObject({
      key: `ImagePull/${cause}/${image}`,
    });
  });
});

test('a temporary cause gets the time of two more tries, for any name of the registry', () => {
  const messages = said.filter(([cause]) => cause === 'Passing' || cause === 'Unknown').map(([, message]) => message);
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
  fc.assert(
    fc.property(name, name, name, fc.constantFrom(...messages), (host, path, tag, message) => {
      const of = `${host}.example/${path}:${tag}`;
      const told = `failed to pull "${of}": ${message}`;
      expect(waitingSignal(pod, statusOf('ErrImagePull', told, of), {})?.grace).toBeGreaterThanOrEqual(30_000);
    }),
  );
});
