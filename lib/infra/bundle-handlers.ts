import { build } from 'esbuild';
import { plainSchemaKeys, requireBanner } from '../build/plain-schema-keys.ts';

/**
 * Bundles each handler into one file, all in one run, so shared code is read once. The SDK is bundled too: it loads as
 * fast as the runtime's, and its version is the one we tested.
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
    banner: { js: requireBanner },
    alias: { '@aws-sdk/credential-provider-node': './lib/adapters/lambda-credentials.ts' },
    inject: ['./functions/runtime/telemetry.ts'],
    plugins: [plainSchemaKeys],
  });
};

const [, , root, folder, ...stems] = process.argv;
if (import.meta.main && root !== undefined && folder !== undefined) await bundleHandlers(root, stems, folder);
