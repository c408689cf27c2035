import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Grant, may, mayEverywhere, type Verb, verbs } from '../../../lib/domain/grants/grant.ts';
import { reachOf } from '../../../lib/domain/grants/reach.ts';
import { rightsOf } from '../../../lib/domain/grants/rights.ts';
import type { Actor } from '../../../lib/domain/record/actor.ts';

const actor = (some: Partial<Actor> = {}): Actor => ({
  ...{ kind: 'person', subject: 'ada', groups: ['risk', 'all hands'], scopes: ['admin'] },
  ...some,
});
const ci = actor({ kind: 'program', subject: 'id-7', client: 'risk-ci', groups: [] });
const grant = (some: Partial<Grant>): Grant => ({
  may: ['deploy'],
  pillars: ['risk'],
  environments: ['staging'],
  ...some,
});
const place = (pillar = 'risk', environment = 'staging') => ({ pillar, environment });

/** One grant, a caller, and the verbs that it allows the caller for `risk` in `staging`. */
const cases: readonly (readonly [string, Grant, Actor, readonly Verb[]])[] = [
  ['a subject', grant({ subject: 'ada' }), actor(), ['read', 'deploy']],
  ['another subject', grant({ subject: 'eve' }), actor(), []],
  ['a subject with a prefix', grant({ subject: 'ad' }), actor(), []],
  ['everybody', grant({ subject: '*' }), ci, ['read', 'deploy']],
  ['a group', grant({ group: 'risk' }), actor(), ['read', 'deploy']],
  ['a group with a space', grant({ group: 'all hands' }), actor(), ['read', 'deploy']],
  ['a word of such a group', grant({ group: 'hands' }), actor(), []],
  ['a group that is no wildcard', grant({ group: '*' }), actor(), []],
  ['a client', grant({ client: 'risk-ci' }), ci, ['read', 'deploy']],
  ['a client that is no wildcard', grant({ client: '*' }), ci, []],
  ['a client, for a person of that name', grant({ client: 'ada' }), actor(), []],
  ['a group, for a subject of that name', grant({ group: 'ada' }), actor(), []],
  ['reading', grant({ subject: 'ada', may: ['read'] }), actor(), ['read']],
  ['resolving', grant({ subject: 'ada', may: ['resolve'] }), actor(), ['read', 'resolve']],
  ['cancelling', grant({ subject: 'ada', may: ['cancel'] }), actor(), ['read', 'cancel']],
  ['all verbs', grant({ subject: 'ada', may: ['*'] }), actor(), ['read', 'deploy', 'cancel', 'resolve', 'hold']],
  ['all pillars', grant({ subject: 'ada', pillars: ['*'] }), actor(), ['read', 'deploy']],
  ['all environments', grant({ subject: 'ada', environments: ['*'] }), actor(), ['read', 'deploy']],
  ['another pillar', grant({ subject: 'ada', pillars: ['clearing'] }), actor(), []],
  ['another environment', grant({ subject: 'ada', environments: ['production'] }), actor(), []],
  ['one of several', grant({ subject: 'ada', environments: ['production', 'staging'] }), actor(), ['read', 'deploy']],
];

describe('a grant', () => {
  it.each(cases)('for %s', (_, only, who, allowed) => {
    expect(verbs.filter((verb) => may([only], who, verb, place()))).toEqual(allowed);
  });

  it('is required as soon as one exists', () => {
    for (const verb of verbs) {
      expect(may(undefined, actor(), verb, place())).toBe(true);
      expect(may([], actor(), verb, place())).toBe(false);
    }
  });

  const names = fc.constantFrom('risk', 'clearing', '*');
  const grants = fc.array(
    fc.record({
      subject: fc.constantFrom('ada', 'eve', '*'),
      may: fc.subarray(['read', 'deploy', 'cancel', 'resolve', '*'] as const, { minLength: 1 }),
      pillars: fc.array(names, { minLength: 1, maxLength: 2 }),
      environments: fc.array(names, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 4 },
  );
  const places = fc.record({
    pillar: fc.constantFrom('risk', 'clearing', 'data'),
    environment: fc.constantFrom('risk', 'clearing', 'data'),
  });

  it('allows the same alone as with others, and more than they do', () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...verbs), places, (some, verb, where) => {
        const alone = some.some((one) => may([one], actor(), verb, where));
        expect(may(some, actor(), verb, where)).toBe(alone);
        if (alone) expect(may(some, actor(), 'read', where)).toBe(true);
        if (mayEverywhere(some, actor(), verb)) expect(alone).toBe(true);
      }),
    );
  });

  it('is checked for each place of a batch', () => {
    fc.assert(
      fc.property(grants, fc.constantFrom(...verbs), fc.array(places, { minLength: 1 }), (some, verb, wheres) => {
        const rights = rightsOf(some, actor());
        const reach = reachOf(wheres.map(({ pillar, environment }) => ({ pillar, environment_id: environment })));
        const refused = wheres.filter((where) => !may(some, actor(), verb, where));
        expect(new Set(rights.refused(verb, reach).map((one) => JSON.stringify(one)))).toEqual(
          new Set(refused.map((one) => JSON.stringify(one))),
        );
        expect(rights.seesSome(reach)).toBe(wheres.some((where) => may(some, actor(), 'read', where)));
      }),
    );
  });
});
