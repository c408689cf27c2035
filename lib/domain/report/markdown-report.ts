import { statuses } from '../deployment/status.ts';
import { markdownText } from './markdown-text.ts';
import { type Report, type ReportedDeployment, verdictOf } from './report.ts';

/** The most table rows that anyone reads. */
const mostRows = 500;

/** A report for a pull request or a page: the counts, then what did not go well with its reasons, then everything. */
export const markdownReport = (report: Report): string => {
  const { name, batch_id, status, reason, message, submitted_by, created_at, ended_at, deployments } = report;
  const bad = deployments.filter((one) => verdictOf(one) !== 'passed');
  const lines = [
    `# ${markdownText(name)}`,
    '',
    `**${status}** / ${markdownText(reason)}: ${markdownText(message)}`,
    '',
    `Batch \`${batch_id}\`, submitted ${created_at} by ${markdownText(submitted_by)}${ended_at === undefined ? ', not ended yet' : `, ended ${ended_at}`}.`,
    '',
    ...countLines(report),
    ...(bad.length === 0 ? [] : ['', '## Problems and unfinished deployments', '', ...tableOf(bad)]),
    '',
    '## All deployments',
    '',
    ...tableOf(deployments),
  ];
  return `${lines.join('\n')}\n`;
};

const countLines = ({ counts }: Report): readonly string[] => {
  const there = statuses.filter((status) => (counts[status] ?? 0) > 0);
  return ['| status | deployments |', '|---|---|', ...there.map((status) => `| ${status} | ${counts[status]} |`)];
};

const tableOf = (deployments: readonly ReportedDeployment[]): readonly string[] => {
  const rest = deployments.length - mostRows;
  return [
    '| deployment | version | environment | status | seconds | why |',
    '|---|---|---|---|---|---|',
    ...deployments.slice(0, mostRows).map(rowOf),
    ...(rest > 0 ? ['', `… and ${rest} more.`] : []),
  ];
};

const rowOf = ({ key, version, environment_id, status, seconds, reason, message, url }: ReportedDeployment): string => {
  const why = `${reason}: ${message}`;
  const cells = [key, version, environment_id, status, seconds === undefined ? '' : seconds.toFixed(0), why];
  const link = url === undefined ? '' : ` ([run](<${url.replaceAll(/[<>\s|\\]/g, encodeURIComponent)}>))`;
  return `| ${cells.map(markdownText).join(' | ')}${link} |`;
};
