import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { noticesOfBundle } from '../lib/build/notices.ts';
import { plainSchemaKeys, requireBanner } from '../lib/build/plain-schema-keys.ts';

const root = join(import.meta.dirname, '..');

/** Makes the one file that GitHub runs, and the notices of what is bundled. */
export const buildAction = async (folder: string): Promise<void> => {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['action/main.ts'],
    outfile: join(folder, 'index.js'),
    metafile: true,
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: requireBanner },
    plugins: [plainSchemaKeys],
    legalComments: 'none',
  });
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesOfBundle(root, metafile));
};

if (import.meta.main) await buildAction(join(root, 'action', 'dist'));
