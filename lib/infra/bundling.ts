import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { functionsTable } from './functions-table.ts';

interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
}

/** Every handler as one file. In a process of its own: CDK asks for code at once, and esbuild's plugins take their time. */
export const bundleAll = (root: string): ReadonlyMap<string, Bundle> => {
  const stems = Object.keys(functionsTable);
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bundles-'));
  try {
    const program = join(import.meta.dirname, 'bundle-handlers.ts');
    execFileSync(process.execPath, [program, root, folder, ...stems], { stdio: ['ignore', 'inherit', 'inherit'] });
    const read = (name: string): Uint8Array => readFileSync(join(folder, name));
    return new Map(stems.map((stem) => [stem, { code: read(`${stem}.mjs`), map: read(`${stem}.mjs.map`) }]));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** Source maps lie beside the assets: inside, they would double what a cold start loads. */
const writeBundle = ({ code, map }: Bundle, stem: string, folder: string): void => {
  writeFileSync(join(folder, 'index.mjs'), code);
  const maps = join(folder, '..', 'source-maps');
  mkdirSync(maps, { recursive: true });
  writeFileSync(join(maps, `${stem}.mjs.map`), map);
};

/**
 * The code of the handlers, made when the first is asked for. Not by NodejsFunction: it starts esbuild through npx for
 * each function, a second every time, and can leave source maps out only by a shell command.
 */
export class HandlerCode {
  readonly #root: string;
  #bundles: ReadonlyMap<string, Bundle> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param stem - Of the file in `functions/`. */
  of(stem: string): Code {
    return Code.fromAsset(join(this.#root, 'functions'), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        local: { tryBundle: (folder) => this.#write(stem, folder) },
        command: [stem], // tells the functions apart, which come from the same folder
        image: DockerImage.fromRegistry('none'), // asked for by the type, used when tryBundle says no
      },
    });
  }

  #write(stem: string, folder: string): boolean {
    this.#bundles ??= bundleAll(this.#root);
    const made = this.#bundles.get(stem);
    if (made === undefined) throw new Error(`No function ${stem}`);
    writeBundle(made, stem, folder);
    return true;
  }
}
