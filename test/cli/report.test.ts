import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { exampleReport } from '../../functions/api/schemas/report.ts';
import { junitReport } from '../../lib/domain/report/junit-report.ts';
import { markdownReport } from '../../lib/domain/report/markdown-report.ts';
import { id } from './answers.ts';
import { type RunOptions, run, startFakeApi } from './cli-world.ts';

const texts = {
  json: JSON.stringify(exampleReport),
  junit: junitReport(exampleReport),
  markdown: markdownReport(exampleReport),
};

const against = async (argv: readonly string[], options: RunOptions = {}) => {
  const script = Object.entries(texts).map(([format, body]) => [
    `GET /batches/${id}/report?format=${format}`,
    { body, headers: { 'content-type': 'text/plain' } },
  ]);
  const api = await startFakeApi(Object.fromEntries(script));
  onTestFinished(() => api.close());
  return run(['report', id, ...argv, '--url', api.url], options);
};

describe('flotilla report', () => {
  test.each([
    [[], texts.markdown],
    [['--format', 'junit'], texts.junit],
    [['--format', 'json'], texts.json],
    [['--json'], texts.json],
  ])('%o', async (argv, text) => {
    const { status, out } = await against(argv);
    expect([status, out.join('\n')]).toEqual([0, text]);
  });

  test('prints one line each for people', async () => {
    const { out } = await against([], { live: true });
    expect(out).toEqual(texts.markdown.trimEnd().split('\n'));
  });

  test('--output writes a file, and fails when it cannot', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'flotilla-report-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const { status, out, error } = await against(['--format', 'junit', '--output', 'report.xml'], { directory });
    expect([status, out, error]).toEqual([0, [], ['Written to report.xml.']]);
    expect(readFileSync(join(directory, 'report.xml'), 'utf8')).toBe(texts.junit);
    const refused = await against(['--output', 'no/such/folder.md'], { directory });
    expect([refused.status, refused.error]).toEqual([1, ['no/such/folder.md cannot be written: ENOENT.']]);
  });

  test.each([
    [['--json', '--format', 'junit'], 2],
    [['--format', 'pdf'], 2],
  ])('rejects %o', async (argv, status) => {
    expect((await against(argv)).status).toBe(status);
  });
});
