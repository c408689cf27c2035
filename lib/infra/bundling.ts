import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';

/** Dependencies that are still CommonJS call `require`, which an ESM bundle does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * Makes one file of a handler and all that it imports. The SDK goes in too: it loads as fast as the one of the runtime,
 * and its version is the one that was tested.
 */
export const bundle = (root: string, stem: string): { readonly code: Uint8Array; readonly map: Uint8Array } => {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [`functions/${stem}.ts`],
    outfile: 'index.mjs',
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
  const fileOf = (ending: string) =>
    outputFiles.find(({ path }) => path.endsWith(ending))?.contents ?? new Uint8Array();
  return { code: fileOf('.mjs'), map: fileOf('.map') };
};

/** Source maps lie beside the assets: inside, they would double what a cold start loads. */
const writeBundle = (root: string, stem: string, folder: string): boolean => {
  const { code, map } = bundle(root, stem);
  writeFileSync(join(folder, 'index.mjs'), code);
  const maps = join(folder, '..', 'source-maps');
  mkdirSync(maps, { recursive: true });
  writeFileSync(join(maps, `${stem}.mjs.map`), map);
  return true;
};

/**
 * The code of a handler. Not by NodejsFunction: it starts esbuild through npx for each function, a second every time,
 * and can leave source maps out only by a shell command.
 */
export const handlerCode = (root: string, stem: string): Code =>
  Code.fromAsset(join(root, 'functions'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      local: { tryBundle: (folder) => writeBundle(root, stem, folder) },
      command: [stem], // tells the functions apart, which come from the same folder
      image: DockerImage.fromRegistry('none'), // asked for by the type, used when tryBundle says no
    },
  });
