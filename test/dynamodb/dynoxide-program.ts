import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../cache-folder.ts';

const version = '3.2.0';
/** All features that a test needs. The default ones add a server for models and an importer. */
const features = 'native-sqlite,http-server,cli';
/** Its own profile optimises for size, which takes long. Here it is built for a few runs of tests. */
const profile = {
  CARGO_PROFILE_RELEASE_LTO: 'off',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
};
const oldestRust = [1, 88] as const;

/** `rustc 1.95.0 (…)` as numbers; empty without Rust. */
export const rustVersion = (told: string): readonly number[] =>
  /^rustc (\d+)\.(\d+)/.exec(told)?.slice(1).map(Number) ?? [];

/** What a machine lacks to build it, in a sentence; undefined when it lacks nothing. */
export const lackOf = ([major = 0, minor = 0]: readonly number[]): string | undefined => {
  const [oldestMajor, oldestMinor] = oldestRust;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  const found = major === 0 ? 'there is none' : `this is ${major}.${minor}`;
  return `cargo with Rust ${oldestRust.join('.')} or later (${found})`;
};

const answerOf = (file: string): string => spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout ?? '';

/** Whether cargo's registry can be reached: not every machine with cargo can. */
const isServed = (): boolean => spawnSync('cargo', ['info', '--quiet', `dynoxide-rs@${version}`]).status === 0;

/** Where the program is kept, by everything that changes it. */
const keptAt = (): string => {
  const flags = [...features.split(','), ...Object.values(profile)];
  const name = ['dynoxide-rs', version, ...flags, process.platform, process.arch].join('-');
  return join(cacheFolder(process.env), name, 'dynoxide');
};

const build = async (kept: string): Promise<void> => {
  const root = mkdtempSync(join(tmpdir(), 'flotilla-dynoxide-'));
  try {
    const args = ['--locked', '--quiet', '--no-default-features', '--features', features, '--root', root];
    const env = { ...process.env, ...profile };
    const cargo = spawn('cargo', ['install', `dynoxide-rs@${version}`, ...args], { stdio: 'inherit', env });
    const [status] = await once(cargo, 'exit');
    if (status !== 0) throw new Error(`cargo could not build dynoxide-rs ${version}`);
    mkdirSync(join(kept, '..'), { recursive: true });
    // Written next to its final place first: half a program must not look complete.
    const partial = `${kept}-${process.pid}`;
    copyFileSync(join(root, 'bin', 'dynoxide'), partial);
    renameSync(partial, kept);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

export type Obtained = { readonly program: string } | { readonly lacks: string };

/** The kept program, or a new one built from crates.io. Reports what the machine lacks for that. */
export const obtainDynoxide = async (): Promise<Obtained> => {
  const kept = keptAt();
  // A program built for another system's libraries cannot even print its version.
  if (existsSync(kept) && answerOf(kept) !== '') return { program: kept };
  const lacks = lackOf(answerOf('cargo') === '' ? [] : rustVersion(answerOf('rustc')));
  if (lacks !== undefined) return { lacks };
  if (!isServed()) return { lacks: `a registry of crates that cargo reaches and that has dynoxide-rs ${version}` };
  console.log(`Building dynoxide-rs ${version}: some minutes on two cores. It is kept as ${kept}`);
  await build(kept);
  return { program: kept };
};
