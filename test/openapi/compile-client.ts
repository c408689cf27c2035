import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import type { JsonObject } from '../../lib/domain/json.ts';

/**
 * It builds types with the programming interface of TypeScript, which version 7 does not have. So it gets version 5.
 */
registerHooks({
  resolve: (specifier, context, next) => {
    const isItsOwn = specifier === 'typescript' && context.parentURL?.includes('/node_modules/openapi-typescript/');
    return next(isItsOwn ? 'typescript-5' : specifier, context);
  },
});

const root = join(import.meta.dirname, '../..');

/**
 * Makes types of a document with openapi-typescript, and compiles a program that imports them from `./api.d.ts`.
 * Returns the compiler's messages.
 */
export const compileClient = async (document: JsonObject, program: string): Promise<string> => {
  const { astToString, default: openapiTS } = await import('openapi-typescript');
  const folder = mkdtempSync(join(import.meta.dirname, '.client-')); // the packages are found below it
  try {
    writeFileSync(join(folder, 'api.d.ts'), astToString(await openapiTS(JSON.stringify(document))));
    writeFileSync(join(folder, 'client.ts'), program);
    const compilerOptions = { lib: ['ESNext', 'DOM'], incremental: false };
    const options = { extends: join(root, 'tsconfig.json'), include: ['client.ts'], compilerOptions };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options));
    const compiler = join(root, 'node_modules/.bin/tsc');
    return spawnSync(compiler, ['--noEmit', '-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
