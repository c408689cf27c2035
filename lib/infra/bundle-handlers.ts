import { readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';

/** Dependencies that are still CommonJS call `require`, which an ESM bundle does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * An SDK client describes all that its service knows in objects like `{ [_xN]: … }`. A key that is computed might do
 * something, so esbuild would keep all of them (70 KB for S3), whatever is called. Here the constants stand in their place.
 */
const plainSchemaKeys: Plugin = {
  name: 'plain-schema-keys',
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const constants = new Map(
        [...text.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, value]) => [name, value]),
      );
      return {
        contents: text.replace(/\[(_\w+)\]:/g, (whole, name) => `${constants.get(name) ?? whole.slice(0, -1)}:`),
      };
    });
  },
};

/**
 * Makes one file of each handler and all that it imports, of all at once: what they share is read only once. The SDK goes
 * in too: it loads as fast as the one of the runtime, and its version is the one that was tested.
 */
export const bundleHandlers = async (root: string, stems: readonly string[], folder: string): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: stems.map((stem) => `functions/${stem}.ts`),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    sourcemap: 'external',
    sourcesContent: false,
    banner: { js: banner },
    alias: { '@aws-sdk/credential-provider-node': './lib/adapters/lambda-credentials.ts' },
    inject: ['./functions/runtime/telemetry.ts'],
    plugins: [plainSchemaKeys],
  });
};

const [, , root, folder, ...stems] = process.argv;
if (import.meta.main && root !== undefined && folder !== undefined) await bundleHandlers(root, stems, folder);
