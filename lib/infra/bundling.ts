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

/**
 * Bundles every handler in a process of its own, because CDK wants code synchronously and esbuild's plugins are
 * asynchronous.
 */
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

/** Source maps are outside the assets. Inside, they would double what a cold start loads. */
const writeBundle = ({ code, map }: Bundle, stem: string, folder: string): void => {
  writeFileSync(join(folder, 'index.mjs'), code);
  const maps = join(folder, '..', 'source-maps');
  mkdirSync(maps, { recursive: true });
  writeFileSync(join(maps, `${stem}.mjs.map`), map);
};

/**
 * The handlers' code, built when it is first asked for. NodejsFunction is not used: it starts esbuild through npx for
 * each function (a second every time), and needs a shell command to leave source maps out.
 */
export class HandlerCode {
  readonly #root: string;
  #bundles: ReadonlyMap<string, Bundle> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  /** @param stem - File name in `functions/`, without extension. */
  of(stem: string): Code {
    return Code.fromAsset(join(this.#root, 'functions'), {
      assetHashType: AssetHashType.OUTPUT,
      bundling: {
        local: { tryBundle: (folder) => this.#write(stem, folder) },
        command: [stem], // tells functions apart that come from the same folder
        image: DockerImage.fromRegistry('none'), // required by the type; used only when tryBundle returns false
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
