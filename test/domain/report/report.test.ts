import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exampleReport } from '../../../functions/api/schemas/report.ts';
import { statuses } from '../../../lib/domain/deployment/status.ts';
import { junitReport } from '../../../lib/domain/report/junit-report.ts';
import { markdownReport } from '../../../lib/domain/report/markdown-report.ts';
import { markdownText } from '../../../lib/domain/report/markdown-text.ts';
import { type Report, type ReportedDeployment, secondsBetween } from '../../../lib/domain/report/report.ts';

const [good, bad] = exampleReport.deployments as readonly [ReportedDeployment, ReportedDeployment];

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

const entity = /&(?:amp|lt|gt|quot|apos|#10|#9);/g;
const meant: Readonly<Record<string, string>> = {
  ...{ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&#10;': '\n', '&#9;': '\t' },
};
const unescaped = (text: string): string => {
  expect(text.replaceAll(entity, '')).not.toMatch(/[&<>"]/);
  return text.replaceAll(entity, (found) => meant[found]!);
};

/** Reads XML of elements, attributes and text, and accepts only well-formed documents. */
const parsed = (xml: string): Element => {
  const top: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  expect(xml.startsWith(head)).toBe(true);
  for (const [, end, name, given = '', empty, text] of xml
    .slice(head.length)
    .matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)(\/?)>|([^<]+)/g)) {
    const last = open.at(-1)!;
    if (name === undefined) last.text += unescaped(text!);
    else if (end === '/') expect(open.pop()!.name).toBe(name);
    else {
      const pairs = [...given.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescaped(value!)]);
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      last.children.push(element);
      if (empty !== '/') open.push(element);
    }
  }
  expect(open).toEqual([top]);
  expect(top.children).toHaveLength(1);
  return top.children[0]!;
};

/** As far as XML can represent it. */
const sayable = (text: string): string =>
  [...text.toWellFormed()].map((one) => (isSayable(one.codePointAt(0)!) ? one : '\ufffd')).join('');
const isSayable = (code: number): boolean =>
  code === 0x9 || code === 0xa || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);

describe('as JUnit XML', () => {
  test('has a suite for each pillar in an environment, and a case for each deployment', () => {
    expect(junitReport(exampleReport)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="Autumn release" tests="2" failures="1" errors="0" skipped="0" time="117.500">
  <testsuite name="staging.shared" timestamp="2026-11-21T14:27:37" tests="1" failures="0" errors="0" skipped="0" time="30.500">
    <testcase name="login-api 3.0.2" classname="staging.shared" time="30.500"/>
  </testsuite>
  <testsuite name="staging.risk" timestamp="2026-11-21T14:27:37" tests="1" failures="1" errors="0" skipped="0" time="87.000">
    <testcase name="limit-check 2.4.0" classname="staging.risk" time="87.000">
      <failure type="RestoredPreviousRelease" message="Version 2.3.0 was restored.">FAILED / RestoredPreviousRelease: Version 2.3.0 was restored.&#10;because CrashLoopBackOff: The new pods crash.&#10;https://harness.test/run-1</failure>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  const outcomes = {
    ...{ SUCCESS: undefined, FAILED: 'failure', ROLLBACK: 'failure', UNKNOWN: 'error' },
    ...{ SKIPPED: 'skipped', CANCELLED: 'skipped', PENDING: 'skipped', PROCESSING: 'skipped' },
  } as const;
  test.each(statuses)('%s', (status) => {
    const suites = parsed(junitReport({ ...exampleReport, deployments: [{ ...good, status }] }));
    const [suite] = suites.children;
    expect(suite?.children[0]?.children[0]?.name).toBe(outcomes[status]);
    for (const { attributes } of [suites, suite!]) {
      const { tests, failures, errors, skipped } = attributes;
      const counted = { failure: failures, error: errors, skipped };
      expect(tests).toBe('1');
      for (const [name, count] of Object.entries(counted)) expect(count).toBe(outcomes[status] === name ? '1' : '0');
    }
  });

  test('is well formed for any text, and keeps it to the letter', () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(text, text, (message, name) => {
        const suites = parsed(junitReport({ ...exampleReport, name, deployments: [{ ...bad, message }] }));
        expect(suites.attributes.name).toBe(sayable(name));
        const [failure] = suites.children[0]!.children[0]!.children;
        expect(failure!.attributes.message).toBe(sayable(message));
        expect(failure!.text).toContain(sayable(message));
      }),
    );
  });

  test('of nothing', () => {
    expect(parsed(junitReport({ ...exampleReport, deployments: [] })).attributes.tests).toBe('0');
  });
});

describe('as Markdown', () => {
  test('has the counts, the failures, and everything', () => {
    expect(markdownReport(exampleReport)).toBe(
      [
        '# Autumn release',
        '',
        '**FAILED** / DeploymentsFailed: 2 deployments: 1 succeeded, 1 failed.',
        '',
        'Batch `01M7Z82VGHV3GT6X1EMB454VBS`, submitted 2026-11-21T14:27:37.000Z by ada, ended 2026-11-21T14:29:37.000Z.',
        '',
        '| status | deployments |',
        '|---|---|',
        '| SUCCESS | 1 |',
        '| FAILED | 1 |',
        '',
        '## Problems and unfinished deployments',
        '',
        '| deployment | version | environment | status | seconds | why |',
        '|---|---|---|---|---|---|',
        '| risk/limit-check | 2.4.0 | staging | FAILED | 87 | RestoredPreviousRelease: Version 2.3.0 was restored. ([run](<https://harness.test/run-1>)) |',
        '',
        '## All deployments',
        '',
        '| deployment | version | environment | status | seconds | why |',
        '|---|---|---|---|---|---|',
        '| shared/login-api | 3.0.2 | staging | SUCCESS | 31 | Verified: It runs 3.0.2. |',
        '| risk/limit-check | 2.4.0 | staging | FAILED | 87 | RestoredPreviousRelease: Version 2.3.0 was restored. ([run](<https://harness.test/run-1>)) |',
        '',
      ].join('\n'),
    );
  });

  test('escapes markup in texts, and keeps each in its cell', () => {
    const message = 'a | b\n# <script>`x`</script> [l](http://x) **b** @all & more';
    const text = markdownReport({ ...exampleReport, deployments: [{ ...good, message }] });
    expect(text).toContain(
      String.raw`Verified: a \| b \#&#8203; \<script\>\`x\`\</script\> \[l\](http://x) \*\*b\*\* @&#8203;all &amp; more |`,
    );
  });

  test('shows some of many, and how many more', () => {
    const report: Report = { ...exampleReport, deployments: Array.from({ length: 612 }, () => good) };
    expect(markdownReport(report)).toContain('… and 112 more.');
  });
});

test.each([
  ['2026-11-21T14:00:00.000Z', '2026-11-21T14:00:01.500Z', 1.5],
  ['2026-11-21T14:00:00.000Z', undefined, undefined],
  [undefined, '2026-11-21T14:00:00.000Z', undefined],
  ['2026-11-21T14:00:01.000Z', '2026-11-21T14:00:00.000Z', 0],
])('from %s to %s: %s', (from, to, seconds) => {
  expect(secondsBetween(from, to)).toBe(seconds);
});

test('keys with an infrastructure can be copied from Markdown, and mention nobody', () => {
  expect(markdownText('risk/cva@eu-1 waits for @ada')).toBe('risk/cva@eu-1 waits for @&#8203;ada');
});

test('JUnit distinguishes the deployments of one service on several infrastructures', () => {
  const on = (infrastructure: string): ReportedDeployment => ({ ...good, key: `${good.key}@${infrastructure}` });
  const suite = parsed(junitReport({ ...exampleReport, deployments: [on('eu-1'), on('us-1')] })).children[0]!;
  const names = suite.children.map(({ attributes }) => attributes.name);
  expect(names).toEqual(['eu-1', 'us-1'].map((one) => `${good.service_name}@${one} ${good.version}`));
});
