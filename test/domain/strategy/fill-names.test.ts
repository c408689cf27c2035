import { describe, expect, it } from 'vitest';
import { fillNames, namesIn } from '../../../lib/domain/strategy/fill-names.ts';

const names = { workload: 'web', canary: 'web-canary', namespace: 'shop' };

describe('names in a check', () => {
  it.each([
    ['{{workload}}', 'web'],
    ['sum(rate(x{pod=~"{{ canary }}-.*",ns="{{namespace}}"}[1m]))', 'sum(rate(x{pod=~"web-canary-.*",ns="shop"}[1m]))'],
    ['x{a="1"}', 'x{a="1"}'],
    ['{{service}} {{other}}', '{{service}} {{other}}'],
    ['{{toString}}', '{{toString}}'],
  ])('are filled into a query: %s', (prometheus, filled) => {
    expect(fillNames({ prometheus }, names)).toEqual({ prometheus: filled });
  });

  it('are filled into the dimensions of a metric', () => {
    const metrics = { m: { namespace: 'N', name: 'n', statistic: 'Sum', dimensions: { Service: '{{workload}}' } } };
    expect(fillNames({ cloudwatch: { expression: 'm/60', metrics } }, names)).toEqual({
      cloudwatch: { expression: 'm/60', metrics: { m: { ...metrics.m, dimensions: { Service: 'web' } } } },
    });
  });

  it('are found as they are written', () => {
    expect(namesIn('{{a}} {{ b c }} {} {{}}')).toEqual(['a', 'b c', '']);
  });
});
