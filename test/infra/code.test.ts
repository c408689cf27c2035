import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import type { Key } from '../../lib/domain/ports.ts';
import { keys } from '../../lib/domain/record/keys.ts';
import { bundleAll } from '../../lib/infra/bundling.ts';
import type { FunctionRow } from '../../lib/infra/function-row.ts';
import { functionsTable, pascalCase } from '../../lib/infra/functions-table.ts';
import { contract } from '../../statemachines/contract.ts';
import { root } from './project.ts';
import { ofType, synthesize } from './synthesize.ts';

const rows = Object.entries<FunctionRow>(functionsTable);
const templates = synthesize();
const { application } = templates;

/** Names of the variables that the template gives a function. */
const environmentOf = (stem: string): readonly string[] => {
  const lambda = ofType(application, 'AWS::Lambda::Function').find(({ id }) =>
    id.startsWith(`Handlers${pascalCase(stem)}Function`),
  );
  return Object.keys(lambda?.Properties.Environment.Variables).filter((name) => !/^(?:POWERTOOLS|NODE)_/.test(name));
};

describe('what the code of a function reaches', () => {
  /** Our own code of each function, without what it imports and never calls. */
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: rows.map(([stem]) => `functions/${stem}.ts`),
    outdir: 'out',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const codeOf = (stem: string): string => outputFiles.find(({ path }) => path.endsWith(`/${stem}.js`))?.text ?? '';

  const signs: readonly (readonly [sign: RegExp, right: (match: RegExpMatchArray) => string])[] = [
    [/\bvariable\("TABLE_NAME"\)/g, () => 'table'],
    [/\bdocuments\.get\(/g, () => 'documents:read'],
    [/\bdocuments\.put\((?!documentPaths\.(?:previewed|adopted)\()/g, () => 'documents:write'],
    [/\bdocuments\.put\(documentPaths\.adopted\(/g, () => 'adoptions:store'],
    [/\bdocuments\.put\(documentPaths\.previewed\(/g, () => 'previews:store'],
    [/\bdocuments\.remove\((?!documentPaths\.previewed\()/g, () => 'documents:remove'],
    [/\bdocuments\.remove\(documentPaths\.previewed\(/g, () => 'previews:remove'],
    [/\buploads\.read\(/g, () => 'documents:read'],
    [/\buploads\.open\(/g, () => 'uploads'],
    [/\bworkflow\.(start|describe|stop)\("(batch|watch)"/g, ([, verb, machine]) => `${machine}es:${verb}`],
    [/\bworkflow\.start\("preview"/g, () => 'previews:start'],
    [/\bworkflow\.(?:succeed|fail)\(/g, () => 'tokens'],
    [/\bvariable\("HARNESS_SECRET_ID"\)/g, () => 'harness-secret'],
    [/\bvariable\("CALLBACK_SECRET_ID"\)/g, () => 'callback-secret'],
    [/\bDescribeClusterCommand\(/g, () => 'clusters'],
    [/\belsewhere\.ask\(/g, () => 'copies'],
    [/\bGetMetricDataCommand\(/g, () => 'metrics'],
    [/\bbus\.put\(/g, () => 'bus'],
    // A writer of anchors reads them too.
    [/\breadAnchors = /g, () => 'anchors:read'],
    [/\banchors\.put\(/g, () => 'anchors:write'],
  ];

  it.each(rows)('%s has the rights that its code uses, and no other', (stem, row) => {
    const code = codeOf(stem);
    const used = signs.flatMap(([sign, right]) => [...code.matchAll(sign)].map(right));
    expect([...new Set(used)].sort()).toEqual(
      row.rights.map((right) => right.replace(/^(table|clusters):.*/, '$1')).sort(),
    );
  });

  const partitionOf = (name: string): string => {
    const key = (keys as unknown as Readonly<Record<string, Key | ((...parts: unknown[]) => Key)>>)[name]!;
    // Some accept a place in time where others accept an index, or their third part.
    const place = { batch_id: '', index: 0, at: 0, created_at: 0, toString: () => '' };
    const { pk } = typeof key === 'function' ? key('*', place, place) : key;
    return pk.replace(/#.*$/, '#*');
  };

  it.each(rows)('%s writes what its row says, where its row says, and no more', (stem, { writes }) => {
    const found = [...codeOf(stem).matchAll(/\b(put|update|delete|check): (?:itemOf\()?keys\.(\w+)\b/g)];
    const used = found.map(([, verb, name]) => `${verb} ${partitionOf(name!)}`);
    const allowed = Object.entries(writes).flatMap(([verb, partitions]) => partitions.map((one) => `${verb} ${one}`));
    expect([...new Set(used)].sort()).toEqual(allowed.sort());
  });

  it.each(rows)('%s gets the variables that its code reads', (stem) => {
    const code = codeOf(stem);
    const machines = [...code.matchAll(/\bworkflowDeps\(((?:"\w+"(?:, )?)+)\)/g)].flatMap(([, names = '']) =>
      [...names.matchAll(/\w+/g)].map(([name]) => `${name.toUpperCase()}_MACHINE_ARN`),
    );
    const others = [...code.matchAll(/\bvariable\("(\w+)"\)/g)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'AWS_REGION' && !name.endsWith('_MACHINE_ARN'));
    expect([...environmentOf(stem)].sort()).toEqual([...new Set([...machines, ...others])].sort());
  });
});

describe('bundles', () => {
  const bundles = bundleAll(root);
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-bundles-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Kilobytes. The Kubernetes client alone is 1,200, and the language of the catalogue's expressions 85; the API has all its schemas. */
  const most = ({ rights, trigger }: FunctionRow): number => {
    // Manifests are YAML.
    if (rights.includes('clusters:deploy')) return 2_600;
    if (rights.some((right) => right.startsWith('clusters'))) return 2_450; // STS, where a role of another account is assumed, is 40
    return trigger === 'http' ? 1_300 : 850;
  };

  it.each(rows)('%s stays small', (stem, row) => {
    expect(bundles.get(stem)!.code.length / 1_000).toBeLessThan(most(row));
  });

  it('each loads, and accepts what its rights bring', () => {
    const tried = rows.map(([stem]) => {
      const file = join(folder, `${stem}.mjs`);
      writeFileSync(file, bundles.get(stem)!.code);
      const names = environmentOf(stem).map((name) => [name, name.endsWith('_ARN') ? 'arn:aws:states:::x' : 'x']);
      return { stem, url: pathToFileURL(file).href, environment: Object.fromEntries(names), isTask: stem in contract };
    });
    const env = { POWERTOOLS_LOG_LEVEL: 'SILENT', AWS_REGION: 'eu-central-1' };
    const program = join(import.meta.dirname, 'try-bundles.mjs');
    const { stdout, stderr } = spawnSync(process.execPath, [program], {
      env,
      input: JSON.stringify(tried),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const expected = rows.map(([stem]) => [stem, stem in contract ? 'ContractBroken' : 'function']);
    expect(JSON.parse(stdout)).toEqual(Object.fromEntries(expected));
  });

  it.each([
    ['api', {}, 'TABLE_NAME is not set'],
    ['sweep', { TABLE_NAME: '' }, 'TABLE_NAME is empty'],
    [
      'sweep',
      { TABLE_NAME: 't', DOCUMENTS_BUCKET: 'd', BATCH_MACHINE_ARN: 'batch' },
      'BATCH_MACHINE_ARN must be the ARN',
    ],
    [
      'watch-executor',
      { TABLE_NAME: 't', DOCUMENTS_BUCKET: 'd', WATCH_MACHINE_ARN: 'arn:aws:states:r:a:w' },
      'HARNESS_',
    ],
    ['capture-baseline', { TABLE_NAME: 't', DOCUMENTS_BUCKET: 'd' }, 'AWS_REGION is not set'],
    ['publish-events', { TABLE_NAME: 't' }, 'BUS_NAME is not set'],
  ])('%s does not even start on Lambda in an environment like %o', (stem, environment, message) => {
    const file = join(folder, `${stem}-start.mjs`);
    writeFileSync(file, bundles.get(stem)!.code);
    const env = { AWS_LAMBDA_FUNCTION_NAME: stem, ...environment };
    // Node would also show the line that threw, which is most of the bundle, and a pipe may not hold it all.
    const load = `import(${JSON.stringify(pathToFileURL(file).href)}).catch(({ message }) => console.log(message))`;
    const { stdout } = spawnSync(process.execPath, ['--eval', load], { env, encoding: 'utf8' });
    expect(stdout).toContain(message);
  });
});
