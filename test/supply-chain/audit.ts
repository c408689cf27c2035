import { spawnSync } from 'node:child_process';
import { type Asked, judgeAudit, judgeSignatures } from './judge.ts';

/** npm reports the reason as JSON too, and then exits with an error. */
const ask = (...args: readonly string[]): Asked => {
  const limits = ['--fetch-retries=1', '--fetch-timeout=30000'];
  const { stdout, status } = spawnSync('npm', [...args, '--json', ...limits], { encoding: 'utf8', shell: false });
  return { stdout: stdout ?? '', status };
};

const verdicts = [
  judgeAudit(ask('audit', '--omit=dev', '--audit-level=high')),
  judgeSignatures(ask('audit', 'signatures')),
];
for (const { told } of verdicts) console.log(told);
process.exitCode = verdicts.some(({ isBad }) => isBad) ? 1 : 0;
