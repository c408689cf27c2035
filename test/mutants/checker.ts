import { join } from 'node:path';
import { type CheckResult, CheckStatus } from '@stryker-mutator/api/check';
import type { Mutant } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { inOrderOf } from './mutation.ts';
import { notInSample } from './report.ts';
import { TypeCheck } from './type-check.ts';

const root = join(import.meta.dirname, '../..');

export interface Sample {
  readonly size: number;
  readonly seed: string;
}

/**
 * A sample has the requested number after type errors are removed; a third to a half of all mutants have type errors.
 */
const spare = 2;

/** Stryker takes no sample. It asks a checker about every mutant before it runs one, so unchosen mutants fail here. */
class SampleAndTypes {
  static readonly inject = tokens(commonTokens.options);
  readonly #sample: Sample;

  constructor(options: object) {
    this.#sample = (options as { readonly sample: Sample }).sample;
  }

  async init(): Promise<void> {}

  /** One group, so that it can choose from all. */
  async group(mutants: readonly Mutant[]): Promise<string[][]> {
    return [mutants.map(({ id }) => id)];
  }

  async check(mutants: readonly Mutant[]): Promise<Record<string, CheckResult>> {
    const { seed, size } = this.#sample;
    const order = inOrderOf(seed, mutants, root);
    const refused = new Map<string, string>();
    const chosen: Mutant[] = [];
    const types = new TypeCheck();
    for (let from = 0; chosen.length < size && from < order.length; from += size * spare) {
      const some = order.slice(from, from + size * spare);
      for (const [id, complaint] of await types.refusedAlone(some)) refused.set(id, complaint);
      chosen.push(...some.filter(({ id }) => !refused.has(id)));
    }
    types.close();
    const sample = new Set(chosen.slice(0, size).map(({ id }) => id));
    return Object.fromEntries(
      mutants.map(({ id }) => [
        id,
        sample.has(id)
          ? { status: CheckStatus.Passed }
          : { status: CheckStatus.CompileError, reason: refused.get(id) ?? notInSample },
      ]),
    );
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample-and-types', SampleAndTypes)];

export const strykerValidationSchema = { properties: { sample: { type: 'object' } } };
