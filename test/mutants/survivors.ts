import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const often = 50;

/** A run may take hours: it reports unnoticed mutants at once, and its progress from time to time. */
class Survivors {
  #tried = 0;

  onMutantTested({ fileName, location, mutatorName, replacement, status }: Readonly<MutantResult>): void {
    if (status === 'CompileError' || status === 'Ignored') return;
    this.#tried += 1;
    if (this.#tried % often === 0) console.log(`… ${this.#tried} tried`);
    if (status !== 'Survived' && status !== 'NoCoverage') return;
    const place = `${relative(process.cwd(), fileName)}:${location.start.line}`;
    console.log(`… ${place}  ${mutatorName}: ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`);
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Reporter, 'survivors', Survivors)];
