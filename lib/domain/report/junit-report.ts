import { type Report, type ReportedDeployment, verdictOf } from './report.ts';

/**
 * A report for build servers (JUnit XML): a test suite per pillar in an environment, a test case per deployment.
 * Skipped, cancelled and unfinished deployments are skipped tests, what went wrong is a failure, and UNKNOWN is an
 * error.
 */
export const junitReport = (report: Report): string => {
  const suites = Map.groupBy(report.deployments, suiteOf);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    element('testsuites', { name: report.name, ...totalsOf(report.deployments) }, false),
    ...[...suites].flatMap(([name, deployments]) => [
      `  ${element('testsuite', { name, timestamp: timestampOf(report), ...totalsOf(deployments) }, false)}`,
      ...deployments.flatMap(caseOf),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
};

const suiteOf = ({ environment_id, pillar }: ReportedDeployment): string => `${environment_id}.${pillar}`;

/** UTC without a zone, as the Ant schema requires. */
const timestampOf = ({ created_at }: Report): string => created_at.slice(0, 19);

const totalsOf = (deployments: readonly ReportedDeployment[]) => {
  const count = (verdict: string): number => deployments.filter((one) => verdictOf(one) === verdict).length;
  const seconds = deployments.reduce((sum, { seconds: own = 0 }) => sum + own, 0);
  return {
    tests: deployments.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds.toFixed(3),
  };
};

const caseOf = (deployment: ReportedDeployment): readonly string[] => {
  const { key, version, seconds = 0 } = deployment;
  const attributes = {
    // The pillar is in the name of the suite.
    name: `${key.slice(key.indexOf('/') + 1)} ${version}`,
    classname: suiteOf(deployment),
    time: seconds.toFixed(3),
  };
  const outcome = outcomeOf(deployment);
  if (outcome === undefined) return [`    ${element('testcase', attributes, true)}`];
  return [`    ${element('testcase', attributes, false)}`, `      ${outcome}`, '    </testcase>'];
};

const outcomeOf = (deployment: ReportedDeployment): string | undefined => {
  const { status, reason, message, failure, url } = deployment;
  const verdict = verdictOf(deployment);
  if (verdict === 'passed') return undefined;
  const told = `${status} / ${reason}: ${message}`;
  if (verdict === 'skipped') return element('skipped', { message: told }, true);
  const tag = verdict === 'failed' ? 'failure' : 'error';
  const text = [
    told,
    ...(failure === undefined ? [] : [`because ${failure.reason}: ${failure.message}`]),
    ...(url === undefined ? [] : [url]),
  ].join('\n');
  return `${element(tag, { type: reason, message }, false)}${escaped(text)}</${tag}>`;
};

const element = (name: string, attributes: Readonly<Record<string, string | number>>, isEmpty: boolean): string => {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  return `<${name}${given.join('')}${isEmpty ? '/>' : '>'}`;
};

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Characters that XML 1.0 cannot represent, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const forbidden = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g;

/** Escapes for an attribute value or text. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(forbidden, '\ufffd')
    .replaceAll(/[&<>"'\n\t]/g, (found) => entities[found]!);
