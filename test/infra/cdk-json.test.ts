import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cdkJson, root } from './project.ts';

const recommended = createRequire(import.meta.url)('aws-cdk-lib/recommended-feature-flags.json') as object;

it('sets every feature flag as CDK recommends', () => {
  expect(cdkJson.context).toMatchObject(recommended);
});

it('turns findings of the validator into errors', () => {
  expect(cdkJson.context['@aws-cdk/core:validateAgainstDefaultRules']).toBe(true);
});

it("uses the project's Node, and no network", () => {
  expect(cdkJson).toMatchObject({
    app: 'npx --no-install node bin/app.ts',
    notices: false,
    context: { 'cli-telemetry': false },
  });
});

it('pins a CLI that can read what the library writes: the one tagged as latest cannot', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(devDependencies['aws-cdk']).toMatch(/^2\.\d+\.\d+$/);
});
