import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildAction } from '../../action/build.ts';
import { runCommand } from '../cloud/run-command.ts';
import { makeVenv } from '../python-venv.ts';
import { obtainActionlint } from './actionlint.ts';
import { ownAction, root } from './files.ts';

/**
 * Checks the workflows and the examples for build servers. actionlint reads the workflows; it also compares the inputs of our own
 * action with action.yml. The JSON Schemas of GitHub and GitLab come with check-jsonschema.
 */
const workflows = globSync(['.github/workflows/*.yml', 'examples/integrations/github/*.yml'], { cwd: root }).sort();
const gitlab = 'examples/integrations/gitlab/.gitlab-ci.yml';

/** A repository that holds the workflows, with our action in it where they name it. */
const lint = async (folder: string): Promise<void> => {
  mkdirSync(join(folder, '.git'), { recursive: true });
  cpSync(join(root, 'action', 'action.yml'), join(folder, 'action', 'action.yml'));
  await buildAction(join(folder, 'action', 'dist'));
  for (const path of workflows) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const text = readFileSync(join(root, path), 'utf8').replaceAll(ownAction, './action');
    writeFileSync(join(folder, path), text);
  }
  // It would use shellcheck and pyflakes if they happened to be installed.
  const args = ['-shellcheck=', '-pyflakes=', '-no-color', ...workflows];
  execFileSync(obtainActionlint(), args, { cwd: folder, stdio: 'inherit' });
  console.log(`actionlint: ${workflows.length} workflows, no problems`);
  // It must have read our action.yml: an unknown input is a problem.
  const [plan] = workflows.filter((path) => path.endsWith('/plan.yml'));
  writeFileSync(join(folder, plan!), readFileSync(join(folder, plan!), 'utf8').replace('files:', 'fils:'));
  const { status, stdout } = spawnSync(obtainActionlint(), args, { cwd: folder, encoding: 'utf8' });
  if (status !== 1 || !stdout.includes('"fils"')) throw new Error(`actionlint takes a wrong input:\n${stdout}`);
};

const validate = async (folder: string): Promise<void> => {
  const programs = await makeVenv(join(folder, 'venv'), join(import.meta.dirname, 'requirements.txt'));
  const check = async (schema: string, files: readonly string[], more: readonly string[] = []): Promise<void> => {
    const paths = files.map((path) => join(root, path));
    const told = await runCommand(join(programs, 'check-jsonschema'), ['--builtin-schema', schema, ...more, ...paths]);
    console.log(`${schema}: ${files.length} files, ${told.trim()}`);
  };
  await check('vendor.github-workflows', workflows);
  await check('vendor.github-actions', ['action/action.yml']);
  await check('vendor.gitlab-ci', [gitlab], ['--data-transform', 'gitlab-ci']);
};

const folder = mkdtempSync(join(tmpdir(), 'flotilla-integrations-'));
try {
  await lint(join(folder, 'repository'));
  await validate(folder);
} finally {
  rmSync(folder, { recursive: true });
}
