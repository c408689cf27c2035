import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences that let us ship a package with its notice. */
export const allowedLicences: readonly string[] = [
  ...['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'],
];

/** A package with a part of it in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** Of its licence and its notice. */
  readonly text: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly author?: string | { readonly name: string };
}

/** Folders of the packages that have code in the bundle. */
export const foldersOf = ({ outputs }: Metafile): readonly string[] => {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
  const folders = files.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  return [...new Set(folders)].sort();
};

const licenceFile = /^(?:un)?licen[cs]e|^copying|^notice/i;

/** The text of licences whose packages leave it out. */
const usualTexts: Readonly<Record<string, (root: string, author: string) => string>> = {
  'Apache-2.0': (root) => readFileSync(join(root, 'LICENSE'), 'utf8'),
  MIT: (_, author) =>
    `MIT License

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`,
};

const readPackage = (root: string, folder: string): BundledPackage => {
  const path = join(root, folder);
  const { name, version, license, author } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest;
  const licence = String(license);
  const files = readdirSync(path)
    .filter((file) => licenceFile.test(file))
    .sort();
  const texts = files.map((file) => readFileSync(join(path, file), 'utf8').replaceAll('\r\n', '\n').trim());
  const by = typeof author === 'string' ? author : (author?.name ?? `the authors of ${name}`);
  const usual = texts.length === 0 ? usualTexts[licence]?.(root, by) : undefined;
  return { name, version, licence, text: usual?.trim() ?? texts.join('\n\n') };
};

/** The packages in a bundle, by name. */
export const bundledPackages = (root: string, metafile: Metafile): readonly BundledPackage[] =>
  foldersOf(metafile)
    .map((folder) => readPackage(root, folder))
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));

/** What keeps us from shipping packages, in words. */
export const licenceProblems = (packages: readonly BundledPackage[]): readonly string[] =>
  packages.flatMap(({ name, version, licence, text }) => [
    ...(allowedLicences.includes(licence)
      ? []
      : [`${name} ${version} has the licence ${licence}, which is not allowed.`]),
    ...(text === '' ? [`${name} ${version} has no licence text.`] : []),
  ]);

const rule = '='.repeat(80);

/** The notices of all packages. A text that several share stands once. */
export const noticesOf = (packages: readonly BundledPackage[]): string => {
  const sharers = Map.groupBy(packages, ({ text }) => text);
  const parts = [...sharers].map(([text, all]) => {
    const names = all.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${rule}\n${names.join('\n')}\n${rule}\n\n${text}\n`;
  });
  return `Flotilla contains code of these packages, under these licences.\n\n${parts.join('\n')}`;
};

/** The notices of a bundle. Throws where a package must not be shipped. */
export const noticesOfBundle = (root: string, metafile: Metafile): string => {
  const packages = bundledPackages(root, metafile);
  const problems = licenceProblems(packages);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return noticesOf(packages);
};
