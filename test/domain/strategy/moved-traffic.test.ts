import { expect, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { movedTraffic } from '../../../lib/domain/strategy/moved-traffic.ts';
import type { Strategy, Traffic } from '../../../lib/domain/strategy/strategy.ts';

const byPods: Traffic = { by: 'replicas' };
const byRoute: Traffic = { by: 'route', route: 'web', service: 'web' };
const byService: Traffic = { by: 'service', service: 'web' };

const objectOf = (apiVersion: string, kind: string, name: string, spec: JsonObject, namespace = 'shop') => ({
  object: { apiVersion, kind, metadata: { name, namespace }, spec } as JsonObject,
});
const labels = { app: 'web' };
const main = objectOf('apps/v1', 'Deployment', 'web', {
  ...{ selector: { matchLabels: labels }, template: { metadata: { labels } } },
});
const service = (name = 'web', namespace = 'shop') => objectOf('v1', 'Service', name, { selector: labels }, namespace);
const route = (weight = 1) =>
  objectOf('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', { rules: [{ backendRefs: [{ name: 'web', weight }] }] });
const spare = (name: string) => objectOf('apps/v1', 'Deployment', name, {});

const of = (traffic: Traffic, kind: Strategy['kind'] = traffic.by === 'service' ? 'blue_green' : 'canary') => ({
  ...{ traffic, kind },
});

test.each<[string, ReturnType<typeof of>, readonly { object: JsonObject }[], object]>([
  ['pods by nothing', of(byPods), [main], { by: 'replicas' }],
  [
    'a route by its weights',
    of(byRoute),
    [main, service(), route()],
    { ...byRoute, api_version: 'gateway.networking.k8s.io/v1' },
  ],
  ['a Service by its selector', of(byService), [main, service()], { ...byService, label: 'app', value: 'web' }],
  [
    'pods next to a Service with the canary’s name, which they do not need',
    of(byPods),
    [main, service('web-canary')],
    byPods,
  ],
  ['a name in another namespace', of(byService), [main, service(), service('web-green', 'b')], byService],
])('traffic moves: %s', (_, strategy, objects, mark) => {
  expect(movedTraffic(objects, main.object, strategy)).toMatchObject({ mark });
});

test.each<[string, ReturnType<typeof of>, readonly { object: JsonObject }[], RegExp]>([
  ['there is no Service', of(byService), [main], /^there is no Service web in its manifests$/],
  ['there is no route', of(byRoute), [main, service()], /^there is no HTTPRoute web in its manifests$/],
  [
    'the route gives it nothing',
    of(byRoute),
    [main, service(), route(0)],
    /^the HTTPRoute web gives the Service web no/,
  ],
  ['the Deployment’s name is taken', of(byPods), [main, spare('web-canary')], /^the steps need the name web-canary/],
  ['green’s name is taken', of(byService), [main, service(), spare('web-green')], /^the steps need the name web-green/],
  [
    'the Service’s name is taken',
    of(byRoute),
    [main, service(), route(), service('web-canary')],
    /^the steps need the name web-canary/,
  ],
])('traffic cannot move where %s', (_, strategy, objects, problem) => {
  expect(movedTraffic(objects, main.object, strategy)).toEqual({ problem: expect.stringMatching(problem) });
});
