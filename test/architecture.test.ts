import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may import whom. The longest prefix of a path is its layer. `node:*` stands for everything in Node. */
const layers: Readonly<Record<string, readonly string[]>> = {
  // Expressions of the catalogue are evaluated where verdicts are: CEL is synchronous, and reaches only its input.
  'lib/domain': ['lib/domain', 'zod', 'yaml', 'fastest-levenshtein', '@marcbachmann/cel-js', 'node:crypto'],
  'lib/executors': ['lib/executors', 'lib/domain'],
  'lib/usecases': ['lib/usecases', 'lib/domain', 'node:crypto'],
  'lib/adapters': ['lib/adapters', 'lib/domain', 'vendor', 'node:*'],
  'lib/engine': ['lib/engine', 'jsonata', 'zod', 'node:*'],
  'lib/simulators': ['lib/simulators/memory.ts', 'node:*'],
  'lib/simulators/cluster': [
    ...[
      'lib/simulators/cluster',
      'lib/simulators/memory.ts',
      'lib/simulators/listen.ts',
      'lib/simulators/own-process.ts',
    ],
    ...['lib/domain/json.ts', 'lib/domain/ports.ts', 'zod', 'node:*'],
  ],
  'lib/simulators/harness': [
    ...[
      'lib/simulators/harness',
      'lib/simulators/memory.ts',
      'lib/simulators/listen.ts',
      'lib/simulators/own-process.ts',
    ],
    'lib/domain/json.ts',
    'lib/domain/ports.ts',
    'lib/domain/batch', // problems of a fault file are reported like those in all files
    'zod',
    'yaml',
    'node:*',
  ],
  'lib/local': [
    ...['lib/local', 'lib/engine', 'lib/simulators', 'lib/usecases', 'lib/adapters', 'lib/executors', 'lib/domain'],
    ...['functions', 'statemachines', 'zod', 'yaml', '@aws-sdk', 'aws-lambda', 'node:*'],
  ],
  'lib/cli': [
    ...['lib/cli', 'lib/local', 'lib/usecases', 'lib/domain', 'node:*'],
    ...['commander', 'log-update', 'picocolors', 'zod'],
    'lib/adapters/network-failure.ts', // a failed fetch has the same causes everywhere
    'lib/adapters/own-fetch.ts',
  ],
  // What makes the shipped files.
  'lib/build': ['lib/build', 'lib/local/own-files.ts', 'esbuild', 'node:*'],
  'lib/infra': [
    'lib/build/plain-schema-keys.ts', // Lambda functions are bundled like the program
    ...['lib/infra', 'aws-cdk-lib', 'constructs', 'esbuild', 'cdk-nag', 'zod', 'yaml', 'node:*'],
    'lib/domain/catalogue/substitute-variables.ts', // ${NAME} means the same in every section of the configuration
    'lib/domain/catalogue/cluster-group.ts', // into which group of a cluster the roles are put
    'lib/domain/callback-route.ts', // Harness calls back at the same path, and as often, on AWS and on one machine
    'lib/domain/catalogue/stage-name.ts', // the command line accepts the names of stages that can be deployed
    'lib/domain/catalogue/function-place.ts', // a cluster names a place, and the settings have it; the state machines put the names of copies together
    'lib/domain/catalogue/iam-role.ts', // a cluster names a role, and the settings those that may be assumed
  ],
  functions: [
    ...['functions', 'lib/usecases', 'lib/adapters', 'lib/executors', 'lib/domain', 'statemachines'],
    ...[
      '@middy',
      '@aws-lambda-powertools',
      'aws-lambda',
      'zod',
      'node:zlib',
      'node:crypto',
      'node:diagnostics_channel',
    ],
  ],
  statemachines: ['zod'],
  bin: [
    ...['bin', 'lib/cli', 'node:*'],
    'lib/adapters/system-clock.ts', // the command line gets its time from its caller
  ],
  // Another front end of the same commands, for GitHub.
  action: [
    ...['action', 'lib/cli', 'lib/domain', 'lib/usecases', 'zod', 'node:*'],
    ...['@actions/core', '@aws-sdk/client-secrets-manager', '@aws-sdk/client-sts'],
    'lib/adapters/aws-patience.ts',
    'lib/adapters/network-failure.ts',
    'lib/adapters/own-fetch.ts',
    'lib/adapters/system-clock.ts',
    'lib/local/is-below.ts',
    'lib/local/read-text-file.ts',
  ],
  'action/build.ts': ['lib/build', 'esbuild', 'node:*'],
  'bin/app.ts': ['lib/infra', 'aws-cdk-lib', 'node:path'],
};

/** The packages of one outside system; an adapter knows one of them. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  aws: ['@aws-sdk', '@smithy', '@aws-crypto', 'aws-lambda'],
  kubernetes: ['@kubernetes', 'undici'],
  ulid: ['ulid'],
  csv: ['csv-parse'],
};

/** A cluster on EKS is found by asking AWS, and the result is a configuration of the Kubernetes client. */
const bridges: readonly string[] = ['lib/adapters/cluster-access.ts'];

/** Lines. The comfortable size is 220; a file gets a second look past this, and a handler is shorter. */
const longestFile = 350;
const longestHandler = 40;
const mostFlat = 10;
/** The largest share of all lines for the runtime on one machine: anything unrelated to it belongs elsewhere. */
const mostLocal = 0.15;

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = globSync(['{bin,lib,functions,statemachines}/**/*.{ts,js}', 'action/*.ts'], {
  cwd: root,
})
  .sort()
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const statement =
  /^(?:import|export)\s+(?:type\s)?(?:[^'"();]*?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');

/** Paths of the project, and names of packages. */
const importsOf = ({ path, text }: Source): readonly string[] =>
  [...withoutComments(text).matchAll(statement)].map(([, named, dynamic]) => {
    const specifier = named ?? dynamic ?? '';
    return specifier.startsWith('.') ? relative(root, join(root, dirname(path), specifier)) : specifier;
  });

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

const layerOf = (path: string): string =>
  Object.keys(layers)
    .filter((layer) => isUnder(path, layer))
    .sort((a, b) => b.length - a.length)[0] ?? 'no layer';

const vendorOf = (target: string): string | undefined =>
  Object.keys(vendors).find((vendor) => vendors[vendor]?.some((scope) => isUnder(target, scope)));

const mayImport = (path: string, target: string): boolean =>
  (layers[layerOf(path)] ?? []).some((allowed) => {
    if (allowed === 'node:*') return isBuiltin(target);
    return allowed === 'vendor' ? vendorOf(target) !== undefined : isUnder(target, allowed);
  });

/** Imports that a layer may not have. */
const trespasses = (all: readonly Source[]): readonly string[] =>
  all.flatMap((source) =>
    importsOf(source)
      .filter((target) => !mayImport(source.path, target))
      .map((target) => `${source.path} imports ${target}`),
  );

/** Adapters that know two outside systems. */
const doubleVendors = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ path }) => isUnder(path, 'lib/adapters') && !bridges.includes(path))
    .map((source) => ({ source, known: new Set(importsOf(source).map(vendorOf)) }))
    .filter(({ known }) => [...known].filter((vendor) => vendor !== undefined).length > 1)
    .map(({ source, known }) => `${source.path} knows ${[...known].filter(Boolean).join(' and ')}`);

/** Files that import themselves in a circle, even only for a type: to read one, you must read all of them. */
const circles = (all: readonly Source[]): readonly string[] => {
  const graph = new Map(all.map((source) => [source.path, importsOf(source)]));
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
    if (done.has(path)) return;
    done.add(path);
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path]);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
};

/** Anything that reads, writes, waits or knows the time. A date may be made of a given number. */
const impure: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['the clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b|\bTemporal\.Now\b/],
  ['randomness', /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/],
  ['the environment', /(?<!\.)\bprocess\b(?=[.;[])|\bglobalThis\b|\bimport\.meta\b/],
  ['the network', /\bfetch\(|\bXMLHttpRequest\b|\bWebSocket\b/],
  ['waiting', /\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bqueueMicrotask\b/],
  ['the console', /(?<!\.)\bconsole\./],
];

/** Texts are for people: `process` in a sentence does nothing. */
const withoutTexts = (text: string): string =>
  text
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
    .replace(/\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[gimsuy]+/g, '//');

/** Use cases wait for their ports; otherwise they know as little as the domain. */
const impurities = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ path }) => ['lib/domain', 'lib/usecases', 'lib/executors'].some((folder) => isUnder(path, folder)))
    .flatMap(({ path, text }) => {
      const code = withoutTexts(withoutComments(text));
      const waits = isUnder(path, 'lib/domain') && /\bawait\b|\basync\b/.test(code) ? [`${path} waits`] : [];
      return [...impure.filter(([, pattern]) => pattern.test(code)).map(([what]) => `${path} knows ${what}`), ...waits];
    });

/** The only place that makes requests, and what carries those to a cluster. */
const ownFetch = 'lib/adapters/own-fetch.ts';
const carriers: Readonly<Record<string, readonly string[]>> = {
  [ownFetch]: ['fetch'],
  'lib/adapters/cluster-request.ts': ['undici'],
};

/** Parts of Node and of the Kubernetes client that make no requests. Types make none either. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  'node:http': ['createServer', 'STATUS_CODES'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
  'node:https': [],
  'node:http2': [],
  'node:tls': [],
  'node:dgram': [],
  undici: [],
  '@kubernetes/client-node': ['HttpMethod', 'KubeConfig', 'RequestContext', 'loadYaml'],
};

const named = /^import\s+(?!type\s)([^'";]+?)\s+from\s+'([^']+)'/gm;

/** The values among an import's names; a whole module is one of them. */
const valuesOf = (clause: string): readonly string[] =>
  (/^\{([^}]*)\}$/s.exec(clause)?.[1]?.split(',') ?? [clause])
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.split(/\s/)[0]!);

/**
 * Requests that bypass our own `fetch`, which follows no redirect and reads up to a limit. Simulators are programs of
 * their own.
 */
const sideways = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ path }) => !isUnder(path, 'lib/simulators'))
    .flatMap(({ path, text }) => {
      const code = withoutComments(text);
      const mayUse = carriers[path] ?? [];
      const byName =
        /(?<![.#\w])(fetch|XMLHttpRequest|WebSocket|EventSource)\b(?!\s*:|\s+(?!as\b)\w)|\bglobalThis\s*(?:\.|\[)/g;
      const bare = [...withoutTexts(code.replaceAll(named, '')).matchAll(byName)].map(([found]) => found);
      const imported = [...code.matchAll(named)].flatMap(([, clause, from]) =>
        harmless[from!] === undefined || mayUse.includes(from!)
          ? []
          : valuesOf(clause!)
              .filter((value) => !harmless[from!]?.includes(value))
              .map((value) => `${value} of ${from}`),
      );
      const later = [...code.matchAll(/\b(?:import|require)\(\s*'([^']+)'/g)].flatMap(([, from]) =>
        harmless[from!] === undefined ? [] : [`${from} later`],
      );
      return [...bare.filter((one) => !mayUse.includes(one)), ...imported, ...later].map(
        (one) => `${path} uses ${one}`,
      );
    });

/** Forbidden words: work left undone, and the place where this was written. */
const forbidden: readonly RegExp[] = [
  /\bTODO\b/,
  /\bFIXME\b/,
  /\bXXX\b/,
  /\/work\//,
  /\bshared\/(?:facts|cases|arch|house)/,
];

const forbiddenWords = (all: readonly Source[]): readonly string[] =>
  all.flatMap(({ path, text }) =>
    forbidden.filter((word) => word.test(text)).map((word) => `${path} says ${word.exec(text)?.[0]}`),
  );

const defaultExports = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ text }) => /^export default\b|\bas default\b/m.test(withoutComments(text)))
    .map(({ path }) => `${path} has a default export`);

/** A named import of zod brings every language of its messages: 443 KB in a bundle instead of 88. */
const namedZod = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ text }) => /^import\s+(?:z\b|\{[^}]*\bz\b[^}]*\})\s+from 'zod'/m.test(text))
    .map(({ path }) => `${path} imports z by its name`);

const lines = (text: string): number => text.trimEnd().split('\n').length;

/** Lines that do something: without imports, comments and empty lines. */
const codeLines = (text: string): number =>
  withoutComments(text)
    .replace(/^import [\s\S]*?;$/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '').length;

const tooLong = (all: readonly Source[]): readonly string[] => [
  ...all
    .filter(({ text }) => lines(text) > longestFile)
    .map(({ path, text }) => `${path} has ${lines(text)} lines, and more than ${longestFile} are two files`),
  ...all
    .filter(({ path, text }) => dirname(path) === 'functions' && codeLines(text) >= longestHandler)
    .map(({ path, text }) => `${path} has ${codeLines(text)} lines of code, and a handler parses, calls, returns`),
];

/** Files directly in a folder that has subfolders. */
const flat = (all: readonly Source[]): readonly string[] => {
  const found = all.filter(({ path }) => dirname(path) === 'lib/usecases').map(({ path }) => path);
  return found.length > mostFlat
    ? [`${found.length} files flat in lib/usecases, and more than ${mostFlat} are a room`]
    : [];
};

const checks = {
  trespasses,
  doubleVendors,
  circles,
  impurities,
  sideways,
  forbiddenWords,
  defaultExports,
  namedZod,
  tooLong,
  flat,
};

describe('the source', () => {
  it('has files to check', () => {
    expect(new Set(sources.map(({ path }) => layerOf(path)))).toEqual(new Set(Object.keys(layers)));
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(sources.length);
  });

  it('has little that is for one machine only', () => {
    const linesOf = (all: readonly Source[]): number => all.reduce((sum, { text }) => sum + lines(text), 0);
    const local = sources.filter(({ path }) => isUnder(path, 'lib/local'));
    expect(linesOf(local) / linesOf(sources)).toBeLessThanOrEqual(mostLocal);
  });

  it.each(Object.entries(checks))('has no %s', (_, check) => {
    expect(check(sources)).toEqual([]);
  });
});

describe('the checks', () => {
  const domain = 'lib/domain/plan/order.ts';

  it.each<[keyof typeof checks, string, ...(readonly [path: string, text: string])[]]>([
    ['trespasses', 'a vendor in the domain', [domain, "import { S3Client } from '@aws-sdk/client-s3';"]],
    ['trespasses', 'a type of an adapter', [domain, "import type { X } from '../../adapters/x.ts';"]],
    ['trespasses', 'an import over several lines', [domain, "import {\n  a,\n  type B,\n} from 'node:fs';"]],
    ['trespasses', 'an export from elsewhere', [domain, "export * from 'node:fs';"]],
    ['trespasses', 'an import for its effect', [domain, "import 'node:fs';"]],
    ['trespasses', 'an import that comes later', [domain, "const fs = () => import('node:fs');"]],
    ['trespasses', 'an adapter in a use case', ['lib/usecases/x.ts', "import { S3 } from '../adapters/s3.ts';"]],
    ['trespasses', 'a use case in an adapter', ['lib/adapters/x.ts', "import { x } from '../usecases/x.ts';"]],
    ['trespasses', 'an unknown vendor', ['lib/adapters/x.ts', "import _ from 'lodash';"]],
    ['trespasses', 'the SDK in a handler', ['functions/x.ts', "import { SFNClient } from '@aws-sdk/client-sfn';"]],
    ['trespasses', 'run-time code in the infrastructure', ['lib/infra/x.ts', "import { x } from '../usecases/x.ts';"]],
    ['trespasses', 'CDK on the command line', ['bin/flotilla.ts', "import { App } from 'aws-cdk-lib';"]],
    ['trespasses', 'a file that belongs nowhere', ['lib/misc.ts', "import 'zod';"]],
    [
      'doubleVendors',
      'an adapter of two systems',
      ['lib/adapters/x.ts', "import '@kubernetes/client-node';\nimport { S3Client } from '@aws-sdk/client-s3';"],
    ],
    [
      'circles',
      'three files in a circle',
      ['lib/domain/a.ts', "import { b } from './b.ts';"],
      ['lib/domain/b.ts', "import { type C, c } from './c.ts';"],
      ['lib/domain/c.ts', "export { a } from './a.ts';"],
    ],
    ['circles', 'a type', [domain, "import type { A } from './order.ts';"]],
    ['impurities', 'the time', [domain, 'const now = () => Date.now();']],
    ['impurities', 'the time in a date', [domain, 'const now = () => new Date();']],
    ['impurities', 'randomness', [domain, 'const id = () => Math.random();']],
    ['impurities', 'the environment', [domain, 'const stage = process.env.STAGE;']],
    ['impurities', 'the network', [domain, "const x = () => fetch('http://x');"]],
    ['impurities', 'a timer', [domain, 'setTimeout(() => {}, 1);']],
    ['impurities', 'a promise', [domain, 'const x = async () => 1;']],
    ['impurities', 'the time in a use case', ['lib/usecases/x.ts', 'const now = Date.now();']],
    ['impurities', 'a log', [domain, "console.log('x');"]],
    ['sideways', 'a fetch', ['lib/adapters/x.ts', "const x = await fetch('http://x');"]],
    ['sideways', 'a fetch that is handed on', ['functions/x.ts', 'const send = options.send ?? fetch;']],
    ['sideways', 'a fetch by the global object', ['lib/cli/x.ts', "globalThis.fetch('http://x');"]],
    ['sideways', 'a request of Node', ['lib/local/x.ts', "import { request } from 'node:https';"]],
    ['sideways', 'all of a module', ['bin/x.ts', "import * as http from 'node:http';"]],
    ['sideways', 'one among others', ['lib/local/x.ts', "import { createServer, get } from 'node:http';"]],
    ['sideways', 'a module that comes later', ['lib/local/x.ts', "const x = () => import('node:https');"]],
    ['sideways', 'a connection', ['lib/adapters/x.ts', "import { connect } from 'node:net';"]],
    ['sideways', 'another fetch', ['lib/adapters/x.ts', "import { fetch } from 'undici';"]],
    [
      'sideways',
      'a client that asks by itself',
      ['lib/adapters/x.ts', "import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';"],
    ],
    ['forbiddenWords', 'work left undone', [domain, '// TODO later']],
    ['defaultExports', 'a default export', [domain, 'export default 1;']],
    ['defaultExports', 'one by another name', [domain, 'const x = 1;\nexport { x as default };']],
    ['namedZod', 'zod by its name', [domain, "import { z } from 'zod';"]],
    ['tooLong', 'a long file', [domain, 'x;\n'.repeat(351)]],
    [
      'flat',
      'a folder without rooms',
      ...Array.from({ length: 11 }, (_, at) => [`lib/usecases/x${at}.ts`, ''] as const),
    ],
    ['tooLong', 'a long handler', ['functions/x.ts', 'x;\n'.repeat(40)]],
  ])('%s sees %s', (check, _, ...files) => {
    expect(checks[check](files.map(([path, text]) => ({ path, text })))).not.toEqual([]);
  });

  it.each<[keyof typeof checks, string, string, string]>([
    ['trespasses', 'an import in a comment', domain, "// import 'node:fs';\n/* import 'node:fs'; */"],
    ['namedZod', 'zod as a whole', domain, "import * as z from 'zod';"],
    ['trespasses', 'the hash', domain, "import { createHash } from 'node:crypto';"],
    ['impurities', 'a date of a given time', domain, 'const date = (at: number) => new Date(at);'],
    ['impurities', 'words', domain, "const text = 'the process was fetched'; // console.log"],
    ['impurities', 'a use case that waits', 'lib/usecases/x.ts', 'const x = async () => await y();'],
    ['sideways', 'a server', 'lib/local/x.ts', "import { createServer, type IncomingMessage } from 'node:http';"],
    ['sideways', 'a method of that name', 'lib/cli/x.ts', 'const x = await this.#fetch(path) ?? deps.fetch(path);'],
    ['sideways', 'a simulator', 'lib/simulators/x.ts', "await fetch('http://x');"],
    ['impurities', 'the clock elsewhere', 'lib/adapters/x.ts', 'Date.now();'],
    ['tooLong', 'a handler with many imports', 'functions/x.ts', `${"import { x } from 'x';\n".repeat(40)}x;`],
  ])('%s takes %s', (check, _, path, text) => {
    expect(checks[check]([{ path, text }])).toEqual([]);
  });
});
