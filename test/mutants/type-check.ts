import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Mutation, mutated, mutatedAtOnce, withoutOverlaps } from './mutation.ts';

const root = join(import.meta.dirname, '../..');
const parts = ['lib', 'functions', 'statemachines', 'package.json', 'tsconfig.json'];

/** An unused name after a line is emptied is no type error; Stryker's checker agrees. */
const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false };

/**
 * Which mutants TypeScript refuses. Stryker's own checker needs the compiler as a library, which version 7 lacks; this
 * asks the program, in a copy of the project.
 */
export class TypeCheck {
  readonly #texts = new Map<string, string>();
  readonly #copy = mkdtempSync(join(tmpdir(), 'flotilla-types-'));

  constructor() {
    for (const part of parts) cpSync(join(root, part), join(this.#copy, part), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(this.#copy, 'node_modules'));
  }

  /** As it was when the copy was made, even if files change meanwhile. */
  textOf({ fileName }: Mutation): string {
    const path = relative(root, fileName);
    const text = this.#texts.get(path) ?? readFileSync(join(this.#copy, path), 'utf8');
    this.#texts.set(path, text);
    return text;
  }

  close(): void {
    rmSync(this.#copy, { recursive: true });
  }

  /** Many at once, each as a file of its own beside the original. Errors in other files are not seen. */
  async refusedAlone(mutations: readonly Mutation[]): Promise<ReadonlyMap<string, string>> {
    const files = mutations.map((mutation) => ({
      id: mutation.id,
      path: relative(root, mutation.fileName).replace(/\.ts$/, `.mutant${mutation.id}.ts`),
      text: mutated(this.textOf(mutation), mutation),
    }));
    for (const { path, text } of files) this.#write(path, text);
    const complaints = await this.#compile({ include: [], files: files.map(({ path }) => path) });
    for (const { path } of files) rmSync(join(this.#copy, path));
    return new Map(
      files.flatMap(({ id, path }) => {
        const found = complaints.find((line) => line.startsWith(`${path}(`));
        return found ? [[id, found]] : [];
      }),
    );
  }

  /** In their places, with everything that uses them. Few are refused, so one question covers all. */
  async refusedInPlace(mutations: readonly Mutation[]): Promise<readonly Mutation[]> {
    const refused: Mutation[] = [];
    for (const group of withoutOverlaps(mutations)) refused.push(...(await this.#refusedOf(group)));
    return refused;
  }

  async #refusedOf(mutations: readonly Mutation[]): Promise<readonly Mutation[]> {
    if (!(await this.#isRefused(mutations))) return [];
    if (mutations.length === 1) return mutations;
    const half = Math.ceil(mutations.length / 2);
    return [...(await this.#refusedOf(mutations.slice(0, half))), ...(await this.#refusedOf(mutations.slice(half)))];
  }

  async #isRefused(mutations: readonly Mutation[]): Promise<boolean> {
    const byFile = Map.groupBy(mutations, ({ fileName }) => relative(root, fileName));
    for (const [path, some] of byFile) this.#write(path, mutatedAtOnce(this.textOf(some[0]!), some));
    const complaints = await this.#compile({
      compilerOptions: { ...compilerOptions, incremental: true, tsBuildInfoFile: 'mutants.tsbuildinfo' },
      include: ['lib', 'functions', 'statemachines'],
      exclude: ['lib/infra'],
      files: [...byFile.keys()],
    });
    for (const [path, [one]] of byFile) this.#write(path, this.textOf(one!));
    return complaints.length > 0;
  }

  #write(path: string, text: string): void {
    writeFileSync(join(this.#copy, path), text);
  }

  #compile(what: object): Promise<readonly string[]> {
    const config = 'tsconfig.mutants.json';
    this.#write(config, JSON.stringify({ extends: './tsconfig.json', compilerOptions, ...what }));
    const compiler = join(root, 'node_modules/.bin/tsc');
    const options = { cwd: this.#copy, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve) => {
      execFile(compiler, ['--noEmit', '--pretty', 'false', '-p', config], options, (_, stdout) =>
        resolve(stdout.split('\n').filter((line) => line.includes('error TS'))),
      );
    });
  }
}
