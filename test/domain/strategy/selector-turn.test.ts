import { expect, test } from 'vitest';
import { type SelectorTurn, selectorTurn } from '../../../lib/domain/strategy/selector-turn.ts';

type Labels = Readonly<Record<string, string>>;

const service = (selector: Labels) => ({ kind: 'Service', spec: { selector } });
const policy = (matchLabels: Labels, more = {}) => ({
  kind: 'NetworkPolicy',
  spec: { podSelector: { matchLabels, ...more } },
});

const old: Labels = { app: 'web' };
const next: Labels = { app: 'web', tier: 'api' };

test.each<[string, SelectorTurn, object, object | undefined, { old: Labels; next: Labels }]>([
  ['a Service with an unchanged selector comes first', 'first', service(old), service(old), { old, next }],
  ['one that selects a new label of the pods comes last', 'last', service(next), service(old), { old, next }],
  ['one with a smaller selector comes first', 'first', service(old), service(next), { old: next, next: old }],
  ['a new one comes first: nobody uses it yet', 'first', service(next), undefined, { old, next }],
  ['one for other pods comes first', 'first', service({ app: 'db', x: '1' }), service({ app: 'db' }), { old, next }],
  ['one that led elsewhere comes last', 'last', service(next), service({ app: 'legacy' }), { old, next }],
  [
    'one whose selectors share no pod never',
    'never',
    service({ app: 'web', tier: 'b' }),
    service({ app: 'web', tier: 'a' }),
    { old: { app: 'web', tier: 'a' }, next: { app: 'web', tier: 'b' } },
  ],
  ['one without a selector comes first', 'first', service({}), service({}), { old, next }],
  ['a NetworkPolicy is treated like a Service', 'last', policy(next), policy(old), { old, next }],
  [
    'a NetworkPolicy with expressions comes first',
    'first',
    policy(next, { matchExpressions: [{ key: 'a', operator: 'Exists' }] }),
    policy(old),
    { old, next },
  ],
  ['a selector that matches no pods comes first', 'first', { kind: 'ConfigMap' }, { kind: 'ConfigMap' }, { old, next }],
])('%s', (_, turn, wanted, live, pods) => {
  expect(selectorTurn(wanted as never, live as never, pods)).toBe(turn);
});
