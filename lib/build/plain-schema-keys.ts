import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * An SDK client describes its service in objects like `{ [_xN]: … }`. A computed key might have an effect, so esbuild keeps
 * all of them (70 KB for S3), whatever is called. This plugin puts the constants in their place.
 */
export const plainSchemaKeys: Plugin = {
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

/** Dependencies that are still CommonJS call `require`, which an ES module does not have. */
export const requireBanner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
