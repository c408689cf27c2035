import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Dependencies that are still CommonJS call `require`, which an ESM bundle does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

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
    banner: { js: banner },
    legalComments: 'linked',
  });
};

if (import.meta.main) await buildAction(join(root, 'action', 'dist', 'index.js'));
