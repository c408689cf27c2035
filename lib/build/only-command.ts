import type { Plugin } from 'esbuild';

/**
 * Leaves every command but one out of a bundle. What the others share with it would split it into seventy files, and each
 * takes half a millisecond to load. The launcher starts such a bundle for its command only.
 */
export const onlyCommand = (name: string): Plugin => ({
  name: 'only-command',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/commands\/[\w-]+\.ts$/ }, ({ kind, path }) =>
      kind !== 'dynamic-import' || path === `./commands/${name}.ts` ? undefined : { path, external: true },
    );
  },
});
