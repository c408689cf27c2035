import { join } from 'node:path';
import { build } from 'esbuild';
import { plainSchemaKeys, requireBanner } from '../lib/build/plain-schema-keys.ts';

const root = join(import.meta.dirname, '..');

/** Makes the one file that GitHub runs. */
export const buildAction = async (outfile: string): Promise<void> => {
  await build({
    absWorkingDir: root,
    entryPoints: ['action/main.ts'],
    outfile,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    plugins: [plainSchemaKeys],
    legalComments: 'linked',
  });
};

if (import.meta.main) await buildAction(join(root, 'action', 'dist', 'index.js'));
