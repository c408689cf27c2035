import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { completionScripts } from '../../lib/cli/completion-scripts.ts';
import { shells } from '../../lib/cli/offline-names.ts';
import { run } from './cli-world.ts';

const completed = async (...words: readonly string[]): Promise<readonly string[]> => {
  const { status, out, error } = await run(['complete', '--', ...words]);
  expect([status, error]).toEqual([0, []]);
  return out.join('').split('\n').filter(Boolean);
};
const values = async (...words: readonly string[]) => (await completed(...words)).map((line) => line.split('\t')[0]);

test.each<[words: readonly string[], expected: readonly string[]]>([
  [['st'], ['status']],
  [['verify'], ['verify', 'verify-history']],
  [
    ['token', ''],
    ['create', 'list', 'revoke'],
  ],
  [['token', 'cr'], ['create']],
  [['status', 'latest', '--fo'], ['--follow']],
  [['status', 'latest', '--follow', '--fo'], []],
  [['status', ''], ['latest']],
  [['status', 'latest', '--status', 'F'], ['FAILED']],
  [
    ['resolve', 'x', 'a/b', '--status', ''],
    ['SUCCESS', 'FAILED'],
  ],
  [['requests', 'list', '--status', 'CR'], ['CREATED']],
  [['schema', 'ev'], ['events']],
  [['completion', 'z'], ['zsh']],
  [['report', 'x', '--format', 'ju'], ['junit']],
  [['deploy', 'b'], [':files']],
  [['deploy', "''"], [':files']],
  [['plan', '--config', ''], [':files']],
  [['validate', 'a.yaml', 'b'], [':files']],
  [['xyzzy', ''], []],
  [['show', 'x', ''], []],
])('%j completes to %j', async (words, expected) => {
  expect(await values(...words)).toEqual(expected);
});

test('shows what each value is for, and nothing hidden', async () => {
  expect(await completed('stat')).toEqual([expect.stringMatching(/^status\tshow a batch/)]);
  const all = await values('status', '--');
  expect([all.includes('--help'), all.includes('--json'), all.includes('--token')]).toEqual([true, true, false]);
  expect(await values('')).toContain('deploy');
});

test.each(shells)('the script for %s asks the program', async (shell) => {
  const { status, out } = await run(['completion', shell]);
  expect([status, out.join('\n').trim()]).toEqual([0, completionScripts[shell].trim()]);
  expect(out.join('\n')).toContain('flotilla complete -- ');
  expect(JSON.parse((await run(['completion', shell, '--json'])).out[0]!)).toEqual({
    shell,
    script: completionScripts[shell],
  });
});

/** Where each shell is installed, and how it reads a script without running it. */
const readers = {
  bash: ['/bin/bash', '-n'],
  zsh: ['/usr/bin/zsh', '-n'],
  fish: ['/usr/bin/fish', '--no-execute'],
} as const;

const scriptFile = (shell: keyof typeof readers): string => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-completion-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'script');
  writeFileSync(file, completionScripts[shell]);
  return file;
};

test.for(Object.entries(readers))('%s reads its script', ([shell, [program, flag]], { skip }) => {
  if (!existsSync(program)) skip(`no ${program} here`);
  execFileSync(program, [flag, scriptFile(shell as keyof typeof readers)]);
});

test('fish shows each value with its description, and also offers files', ({ skip }) => {
  const [program] = readers.fish;
  if (!existsSync(program)) skip(`no ${program} here`);
  const answers = `function flotilla; if test "$argv[3]" = deploy; echo ':files'; else; printf 'status\\tshow it\\n'; end; end`;
  const asked = `source ${scriptFile('fish')}; complete -C 'flotilla st'; complete -C 'flotilla deploy /etc/host'`;
  const told = execFileSync(program, ['--no-config', '-c', `${answers}; ${asked}`])
    .toString()
    .split('\n');
  expect([told[0], told.some((line) => line.startsWith('/etc/hosts'))]).toEqual(['status\tshow it', true]);
});

const inBash = (...words: readonly string[]): readonly string[] => {
  const answers = `flotilla() { printf '%s\\n' "$*" >&2; printf 'status\\tshow a batch\\nstart it\\t$(x)\\n'; }`;
  const set = `COMP_WORDS=(flotilla ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _flotilla`;
  const script = `${answers}\ncompopt() { :; }\n${completionScripts.bash}\n${set}\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('/bin/bash', ['-c', script]).toString().trim().split('\n');
};

test('bash shows one value per answer, and does not evaluate what was typed', () => {
  expect(inBash('st')).toEqual(['status', 'start it']);
  expect(inBash('deploy', '$(touch /tmp/never)', 'st')).toEqual(['status', 'start it']);
});
