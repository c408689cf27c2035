import * as z from 'zod';
import { plainName } from '../alphabets.ts';

/** How the configuration describes a service's steps. `checkStrategy` checks how the fields relate. */

/** Seconds, from a minute to thirty days. */
export const humanWait = z.int().min(60).max(2_592_000).optional();

const named = (pattern: RegExp, words: string) => z.string().regex(pattern, words);
const objectName = named(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'is not a Kubernetes name: lower-case letters, digits and `-`, at most 63',
);
const text = (longest: number) => z.string().min(1).max(longest);

/** For a step, and for what must be proven: at most a day. */
const seconds = z.int().min(0).max(86_400);
const number = z.number({ error: 'a number' }).min(-1e15).max(1e15);

/** CloudWatch's rule for names in an expression. */
const metricName = named(/^[a-z][A-Za-z0-9_]{0,31}$/, 'needs a lower-case letter first, then letters, digits and `_`');
const statistic = named(
  /^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d{1,2})?)$/,
  'is not a statistic, like Sum, Average or p99',
);

const metric = z.strictObject({
  namespace: text(255),
  name: text(255),
  statistic,
  dimensions: z.record(text(255), text(255)).optional(),
});

const cloudwatch = z.strictObject({
  expression: text(500).optional(),
  metrics: z.record(metricName, metric),
});

const check = z.strictObject({
  name: named(/^[A-Za-z0-9][A-Za-z0-9 _./%-]{0,39}$/, 'needs letters, digits and ` _ . / % -`, at most 40'),
  prometheus: text(1_000).optional(),
  cloudwatch: cloudwatch.optional(),
  max: number.optional(),
  min: number.optional(),
  for_seconds: seconds.optional(),
  proven_max: number.optional(),
  proven_min: number.optional(),
});

/** What a canary and blue/green have in common. */
const ending = {
  checks: z.array(check).min(1).max(5).optional(),
  proceed: z.enum(['person', 'automatic']).optional(),
  proven_seconds: seconds.optional(),
  human_wait: humanWait,
};

const canary = z.strictObject({
  steps: z.array(z.int().min(1).max(100)).min(1).max(20).optional(),
  step_seconds: seconds.optional(),
  route: objectName.optional(),
  service: objectName.optional(),
  ...ending,
});

const blueGreen = z.strictObject({ service: objectName, soak_seconds: seconds.optional(), ...ending });

export const strategySchema = z.strictObject({
  environments: z
    .array(text(64).regex(new RegExp(plainName.pattern), plainName.rule))
    .min(1)
    .max(20)
    .optional(),
  canary: canary.optional(),
  blue_green: blueGreen.optional(),
});
export type WrittenStrategy = z.output<typeof strategySchema>;
export type WrittenCheck = z.output<typeof check>;
