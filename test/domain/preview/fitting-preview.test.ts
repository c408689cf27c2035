import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskedDifference } from '../../../lib/domain/manifests/masked-difference.ts';
import { fittingPreview, previewLimits } from '../../../lib/domain/preview/fitting-preview.ts';
import type { ObjectPreview } from '../../../lib/domain/preview/run-preview.ts';

const object = (name: string, more: Partial<ObjectPreview> = {}): ObjectPreview => ({
  object: `ConfigMap shop/${name}`,
  fate: 'changed',
  ...more,
});
const fields = (count: number, value: string) =>
  Array.from({ length: count }, (_, n) => ({ path: `data.k${n}`, before: value, after: `${value}!` }));

describe('a preview is limited', () => {
  it.each([
    ['fields', [object('a', { fields: fields(50, 'v') })], { kept: 40, more: 10 }],
    ['few of them', [object('a', { fields: fields(3, 'v') })], { kept: 3, more: undefined }],
  ])('in %s', (_, objects, { kept, more }) => {
    const [one] = fittingPreview({ objects }).objects;
    expect([one?.fields?.length, one?.fields_left_out]).toEqual([kept, more]);
  });

  it('in objects, and counts the omitted ones', () => {
    const objects = Array.from({ length: previewLimits.objects + 7 }, (_, n) => object(`c${n}`));
    const fitting = fittingPreview({ objects });
    expect([fitting.objects.length, fitting.objects_left_out]).toEqual([previewLimits.objects, 7]);
  });

  it('in the length of a value of any kind', () => {
    const long = 'x'.repeat(10_000);
    const value = [{ path: 'a', before: long, after: { deep: { er: long } } }];
    const [field] = fittingPreview({ objects: [object('a', { fields: value })] }).objects[0]?.fields ?? [];
    expect(JSON.stringify(field).length).toBeLessThan(1_000);
  });

  it('as a whole, for any content', () => {
    const anyField = fc.record({ path: fc.string(), before: fc.jsonValue(), after: fc.string({ maxLength: 2_000 }) });
    const anyObject = fc.record({
      object: fc.string({ maxLength: 1_000 }),
      fate: fc.constantFrom('changed' as const, 'refused' as const),
      fields: fc.array(anyField, { maxLength: 60 }),
      message: fc.string({ maxLength: 3_000 }),
    });
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 60 }), (objects) => {
        const fitting = fittingPreview({ objects: objects as unknown as readonly ObjectPreview[] });
        expect(new TextEncoder().encode(JSON.stringify(fitting)).length).toBeLessThan(previewLimits.bytes + 10_000);
        expect(fitting.objects.length + (fitting.objects_left_out ?? 0)).toBe(objects.length);
      }),
      { numRuns: 50 },
    );
  });

  it('and shows nothing like a secret or a terminal command', () => {
    const message = 'admission webhook: \u001b[2Jpassword=hunter2hunter2';
    const told = JSON.stringify(
      fittingPreview({ objects: [object('a', { message })], problem: { reason: 'X', message } }),
    );
    expect(told).not.toMatch(/hunter2|u001b/);
  });
});

const secret = (value: string) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } },
  data: { token: value, same: 'c2FtZQ==' },
});
const pod = (value: string) => ({
  kind: 'Pod',
  spec: { containers: [{ name: 'a', env: [{ name: 'API_KEY', value }] }] },
});

describe('a difference to show', () => {
  it.each([
    ['of a Secret', secret('YQ=='), secret('Yg=='), ['data.token']],
    ['of a variable', pod('k1-abcdefghijkl'), pod('k2-mnopqrstuvwx'), ['spec.containers[a].env[API_KEY].value']],
    ['none', secret('YQ=='), secret('YQ=='), []],
  ])('says that a secret differs, but not its value: %s', (_, before, after, paths) => {
    const told = maskedDifference(before, after);
    expect(told.map(({ path }) => path)).toEqual(paths);
    expect(JSON.stringify(told)).not.toMatch(/YQ==|Yg==|abcdef|mnopqr/);
  });

  it('shows everything else unchanged', () => {
    const [a, b] = [{ spec: { replicas: 1 } }, { spec: { replicas: 2 } }];
    expect(maskedDifference(a, b)).toEqual([{ path: 'spec.replicas', before: 1, after: 2 }]);
  });
});
