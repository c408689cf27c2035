import { spawnSync } from 'node:child_process';
import { chmodSync, globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the control plane's go.mod requires, and what an older Go downloads. */
const oldest = [1, 26] as const;
const toolchain = '1.26.8';

/** `go version go1.26.8 linux/amd64` as numbers; empty without Go. */
export const goVersion = (told: string): readonly number[] =>
  /^go version go(\d+)\.(\d+)/.exec(told)?.slice(1).map(Number) ?? [];

export type Suited = 'as it is' | 'by a newer one' | 'no';

/** Whether Go of this version builds it, or at least fetches a Go that does: a toolchain is a module like any other. */
export const suited = ([major, minor = 0]: readonly number[]): Suited => {
  if (major === undefined) return 'no';
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]) ? 'as it is' : 'by a newer one';
};

export interface Go {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

const answer = (args: readonly string[]): string =>
  // Outside of any module: an old Go does not read a new go.mod.
  spawnSync('go', args, { encoding: 'utf8', cwd: tmpdir() }).stdout ?? '';

/** Go of this machine, or a newer one that it fetches. Throws without Go. */
export const findGo = (why = 'npm run test:cluster builds a control plane'): Go => {
  const version = goVersion(answer(['version']));
  const suits = suited(version);
  const local = { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' };
  if (suits === 'as it is') return { command: 'go', env: local };
  const found = suits === 'no' ? 'there is none' : `this is ${version.join('.')}, which could not fetch a newer one`;
  const root = suits === 'no' ? undefined : fetchToolchain();
  if (root !== undefined) return { command: join(root, 'bin', 'go'), env: { ...local, GOROOT: root } };
  const needs = `Go ${oldest.join('.')} or later (${found}), and a module proxy that it reaches`;
  throw new Error(`${why}: that needs ${needs}.`);
};

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Returns its folder. Modules are unpacked without execute permission. */
const fetchToolchain = (): string | undefined => {
  const name = `v0.0.1-go${toolchain}.${process.platform}-${architectures[process.arch]}`;
  console.log(`Go ${toolchain} is fetched as the module golang.org/toolchain.`);
  const told = answer(['mod', 'download', '-json', `golang.org/toolchain@${name}`]);
  const { Dir: root } = (told.startsWith('{') ? JSON.parse(told) : {}) as { readonly Dir?: string };
  if (root === undefined) return undefined;
  for (const file of globSync(['bin/*', 'pkg/tool/*/*'], { cwd: root })) chmodSync(join(root, file), 0o755);
  return root;
};
