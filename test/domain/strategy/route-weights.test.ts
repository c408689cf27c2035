import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { JsonObject } from '../../../lib/domain/json.ts';
import { rulesWithoutCanary, rulesWithShare, shareOfRoute } from '../../../lib/domain/strategy/route-weights.ts';

const backends = { service: 'web', canary: 'web-canary' };

/** `web 1, web:81 1, blue 10`: names, ports except 80, and weights. */
const refsOf = (text: string): readonly JsonObject[] =>
  text.split(', ').map((one) => {
    const [, name, port = '80', weight] = /^([a-z-]+)(?::(\d+))?(?: (\d+))?$/.exec(one)!;
    return { name: name!, port: Number(port), ...(weight === undefined ? {} : { weight: Number(weight) }) };
  });
const routeOf = (...rules: readonly string[]): JsonObject => ({
  spec: { rules: rules.map((rule) => ({ backendRefs: refsOf(rule) })) },
});
const textOf = (rules: readonly JsonObject[]): readonly string[] =>
  rules.map(({ backendRefs }) =>
    (backendRefs as readonly JsonObject[])
      .map(({ name, port, weight }) => `${name}${port === 80 ? '' : `:${port}`} ${weight ?? 1}`)
      .join(', '),
  );

describe('a share for the canary', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['divides the weight of the Service', ['web'], ['web 70, web-canary 30']],
    ['keeps the weights of other backends in the rule', ['web 1, blue 10'], ['web 70, web-canary 30, blue 1000']],
    ['keeps unrelated rules', ['web', 'blue 3'], ['web 70, web-canary 30', 'blue 3']],
    ['divides each port', ['web, web:81 2'], ['web 70, web-canary 30, web:81 140, web-canary:81 60']],
    ['replaces the previous share', ['web 90, web-canary 10'], ['web 70, web-canary 30']],
    ['starts from weights set by hand', ['web 1, web-canary 1'], ['web 140, web-canary 60']],
    ['is zero of zero', ['web', 'old 1, web 0'], ['web 70, web-canary 30', 'old 100, web 0, web-canary 0']],
  ])('%s', (_, rules, made) => {
    const answer = rulesWithShare(routeOf(...rules), backends, 30);
    expect('rules' in answer && textOf(answer.rules)).toEqual(made);
  });

  test.each([
    ['the route does not lead to the Service', 'blue 1', 'has no backend that is the Service web'],
    ['the Service has no traffic', 'blue 1, web 0', 'gives the Service web no traffic: its weight is 0 in each rule'],
    ['weights are too large', 'web 1, blue 10001', 'has weights over 10000, which cannot be divided'],
  ])('is refused if %s', (_, rule, problem) => {
    expect(rulesWithShare(routeOf(rule), backends, 30)).toEqual({ problem });
  });
});

describe('without the canary', () => {
  test.each([
    ['a rule is restored', 'web 70, web-canary 30, blue 1000', 'web 1, blue 10'],
    ['a rule without a canary is unchanged', 'web 7, blue 3', 'web 7, blue 3'],
    ['each port is restored', 'web 50, web-canary 50, web:81 50, web-canary:81 50', 'web 1, web:81 1'],
    ['weights set by hand go to the Service, without rounding', 'web 1, web-canary 1, blue 10', 'web 2, blue 10'],
    ['everything set by hand goes to the Service', 'web 0, web-canary 1', 'web 1'],
    ['a second one goes too', 'web 40, web-canary 30, web-canary:82 30', 'web 1'],
    ['a Service that somebody removed is back', 'web-canary 100', 'web 1'],
    ['a backend without a weight still has none', 'old 100, web 0, web-canary 0', 'old 1, web 0'],
  ])('%s', (_, rule, made) => {
    expect(textOf(rulesWithoutCanary(routeOf(rule), backends))).toEqual([made]);
  });

  const weight = fc.integer({ min: 0, max: 10_000 });
  const rule = fc.array(
    fc.record({ name: fc.constantFrom('web', 'web-canary', 'blue'), port: fc.constantFrom(80, 81), weight }),
    { minLength: 1, maxLength: 5 },
  );
  const weightIn = (refs: readonly JsonObject[], isWanted: (name: string) => boolean): number =>
    refs.filter(({ name }) => isWanted(String(name))).reduce((all, ref) => all + Number(ref.weight), 0);

  it('nobody gets more or less of a rule, for any weights', () => {
    fc.assert(
      fc.property(rule, (refs) => {
        const [made] = rulesWithoutCanary({ spec: { rules: [{ backendRefs: refs }] } }, backends);
        const after = made!.backendRefs as readonly JsonObject[];
        const [all, others] = [weightIn(refs, () => true), weightIn(refs, (name) => name === 'blue')];
        expect(weightIn(after, (name) => name === 'web-canary')).toBe(0);
        expect(weightIn(after, (name) => name === 'blue') * all).toBe(others * weightIn(after, () => true));
      }),
    );
  });

  it('taking back any share restores the rule', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 100 }), (all, share) => {
        fc.pre(all[0]! > 0);
        const refs = all.map((one, at) => ({ name: at === 0 ? 'web' : `other-${at}`, port: 80, weight: one }));
        const answer = rulesWithShare({ spec: { rules: [{ backendRefs: refs }] } }, backends, share);
        const rules = 'rules' in answer ? answer.rules : [];
        expect(rulesWithoutCanary({ spec: { rules } } as JsonObject, backends)).toEqual([{ backendRefs: refs }]);
      }),
    );
  });
});

const parent = (type: string, status: string, observedGeneration: number) => ({
  parentRef: { name: 'gateway' },
  conditions: [{ type, status, observedGeneration, reason: 'BackendNotFound', message: 'no such Service' }],
});
const said = (rule: string, ...parents: readonly object[]): JsonObject =>
  ({ ...routeOf(rule), metadata: { generation: 2 }, status: { parents } }) as unknown as JsonObject;

describe('the share of the canary', () => {
  test.each<[string, JsonObject, object]>([
    ['is none without a canary', routeOf('web'), { kind: 'stands', share: 0 }],
    ['comes from the weights', routeOf('web 70, web-canary 30, blue 1'), { kind: 'stands', share: 30 }],
    ['comes from all ports', routeOf('web 70, web-canary 30, web:81 70, web-canary:81 30'), { share: 30 }],
    ['is not ours if the rules differ', routeOf('web 70, web-canary 30', 'web 1'), { share: -1 }],
    ['ignores a rule that gives neither any traffic', routeOf('web 70, web-canary 30', 'old 1, web 0'), { share: 30 }],
    [
      'waits for the gateway',
      said('web 70, web-canary 30', parent('Accepted', 'True', 1)),
      { kind: 'pending', share: 30 },
    ],
    [
      'is refused by the gateway',
      said('web 70, web-canary 30', parent('ResolvedRefs', 'False', 2)),
      { kind: 'refused', share: 30, message: expect.stringContaining('ResolvedRefs is False, BackendNotFound') },
    ],
    ['of zero is not refused', said('web', parent('ResolvedRefs', 'False', 2)), { kind: 'stands', share: 0 }],
    [
      'is set when the gateway has accepted it',
      said('web 70, web-canary 30', parent('Accepted', 'True', 2)),
      { kind: 'stands' },
    ],
  ])('%s', (_, route, seen) => {
    expect(shareOfRoute(route, backends)).toMatchObject(seen);
  });
});
