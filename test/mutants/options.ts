import { parseArgs } from 'node:util';

export interface Options {
  /** Folders, or single files, from the project's folder. */
  readonly folders: readonly string[];
  readonly size: number;
  readonly seed: string;
  /** A glob of folders: which tests may notice a change. */
  readonly tests: string;
}

export const help = `npm run mutants [-- FOLDER … [--sample N] [--seed S] [--tests FOLDER]]

Changes the program in one place, runs the tests near it, and reports whether they notice; many times.
Prints the score of each folder, and the name of each change that no test noticed.

  FOLDER          folders or files to change; default: lib/domain and lib/usecases
  --sample N      N changes that TypeScript accepts, instead of all (thousands, hours)
  --seed S        which N: the same seed chooses the same changes of the same files; default: 1
  --tests FOLDER  only the tests of this folder may notice, which is quicker;
                  default: domain, use cases, functions, executors, workflows and docs
`;

const standard = ['lib/domain', 'lib/usecases'];
const near = 'test/{domain,usecases,functions,executors,workflow,docs}';

/** Throws with what is wrong. `help` asks for the text above. */
export const readOptions = (args: readonly string[]): Options | 'help' => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      sample: { type: 'string' },
      seed: { type: 'string', default: '1' },
      tests: { type: 'string', default: near },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.sample !== undefined && !/^[1-9]\d{0,8}$/.test(values.sample))
    throw new Error(`--sample: ${values.sample} is no number of mutants`);
  return {
    folders: positionals.length === 0 ? standard : positionals.map((folder) => folder.replace(/\/+$/, '')),
    size: values.sample === undefined ? Number.MAX_SAFE_INTEGER : Number(values.sample),
    seed: values.seed,
    tests: values.tests.replace(/\/+$/, ''),
  };
};
