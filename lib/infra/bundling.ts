import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { functionsTable } from './functions-table.ts';

/** Dependencies that are still CommonJS call `require`, which an ESM bundle does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

interface Bundle {
  readonly code: Uint8Array;
  readonly map: Uint8Array;
}

/**
 * Makes one file of each handler and all that it imports, of all at once: what they share is read only once. The SDK goes
 * in too: it loads as fast as the one of the runtime, and its version is the one that was tested.
 */
export const bundleAll = (root: string): ReadonlyMap<string, Bundle> => {
  const stems = Object.keys(functionsTable);
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: stems.map((stem) => `functions/${stem}.ts`),
    outdir: 'bundles',
    outExtension: { '.js': '.mjs' },
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    sourcemap: 'external',
    sourcesContent: false,
    banner: { js: banner },
  });
  const fileOf = (name: string) =>
    outputFiles.find(({ path }) => basename(path) === name)?.contents ?? new Uint8Array();
  return new Map(stems.map((stem) => [stem, { code: fileOf(`${stem}.mjs`), map: fileOf(`${stem}.mjs.map`) }]));
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
