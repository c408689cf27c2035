import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Commands that load more than a client of the server does. Each stays in files of its own. */
export const heavyCommands: readonly string[] = [
  ...['catalogue-apply', 'cluster-role', 'demo', 'init', 'init-cluster', 'plan', 'serve', 'validate'],
];

const importOfCommand = /import\('\.\/commands\/([\w-]+)\.ts'\)\)\.(\w+)/g;

/** `export { cancel } from …` for every light command that the program imports when it runs. */
const exportsIn = (folder: string): string => {
  const texts = globSync('*.ts', { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(importOfCommand)]);
  const lines = found.flatMap(([, file = '', name]) =>
    heavyCommands.includes(file) ? [] : [`export { ${name} } from './commands/${file}.ts';`],
  );
  return [...new Set(lines)].sort().join('\n');
};

/**
 * Puts the light commands together. With a file for what each two of fifty commands share, a bundle has hundreds, and a
 * command reads eighty of them.
 */
export const lightCommands: Plugin = {
  name: 'light-commands',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^\.\/commands\/[\w-]+\.ts$/ }, ({ kind, path, resolveDir }) => {
      const isHeavy = heavyCommands.some((name) => path === `./commands/${name}.ts`);
      if (kind !== 'dynamic-import' || isHeavy) return undefined;
      return { path: resolveDir, namespace: 'light-commands' };
    });
    onLoad({ filter: /./, namespace: 'light-commands' }, ({ path }) => ({
      contents: exportsIn(path),
      resolveDir: path,
    }));
  },
};
