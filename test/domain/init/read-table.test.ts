import { describe, expect, test } from 'vitest';
import { csvRecords } from '../../../lib/adapters/csv-records.ts';
import { describeIssue } from '../../../lib/domain/batch/issues.ts';
import { readTable, type TableOptions } from '../../../lib/domain/init/read-table.ts';

const none: TableOptions = { pillar: undefined, environment: undefined };

const read = (text: string, options: Partial<TableOptions> = {}) => {
  const table = csvRecords(text);
  if (!('records' in table)) return [`${table.line} ${table.problem}`];
  const found = readTable(table.records, { ...none, ...options });
  return 'issues' in found ? found.issues.map(describeIssue) : found;
};

const servicesOf = (...call: Parameters<typeof read>) => {
  const found = read(...call);
  if (!('services' in found)) throw new Error(found.join('\n'));
  return found.services;
};

const web = { pillar: 'default', service: 'web', kind: 'deployment', name: 'web', artifact: 'docker', version: '1.10' };

test.each([
  ['commas', 'service,version\nweb,1.10\n'],
  ['semicolons', 'service;version\nweb;1.10'],
  ['tabs', 'service\tversion\nweb\t1.10'],
  ['a byte order mark, CRLF, quotes and empty lines', '\uFEFF"Service"; Version\r\n\r\n"web";"1.10"\r\n\r\n'],
  ['empty lines before it', '\n \nservice;version\nweb;1.10'],
  ["Excel's separator line", 'sep=;\r\nservice;version\r\nweb;1.10'],
  ['our column names', 'service_name,docker_image_version\nweb,1.10'],
  ['other column names', 'App,Image Tag\nweb,1.10'],
  ['an unknown column', 'owner,service,version\nada,web,1.10'],
])('a table with %s', (_, text) => {
  expect(servicesOf(text)).toEqual([web]);
});

test('a dependency may name a pillar in any letter case, as in a batch', () => {
  const text = 'service,version,pillar,needs\nweb,1,Shop,RISK/cva\ncva,1,Risk,';
  expect(servicesOf(text)[0]?.dependencies).toEqual(['risk/cva']);
});

test('every column', () => {
  const text = `name,image,team,ns,infrastructure,env,depends-on
web,reg:5000/shop/web:1.10,Shop,shop,eu-1,prod,"db, shop/cache"
db,reg/db@sha256:${'a'.repeat(64)},shop,,,prod,
cache,reg/cache:2,shop,,,prod,
`;
  expect(servicesOf(text)).toEqual([
    {
      ...{
        ...web,
        pillar: 'shop',
        image: 'reg:5000/shop/web',
        namespace: 'shop',
        cluster: 'eu-1',
        environment: 'prod',
      },
      dependencies: ['shop/db', 'shop/cache'],
    },
    {
      ...web,
      pillar: 'shop',
      service: 'db',
      name: 'db',
      image: 'reg/db',
      version: `sha256:${'a'.repeat(64)}`,
      environment: 'prod',
    },
    { ...web, pillar: 'shop', service: 'cache', name: 'cache', image: 'reg/cache', version: '2', environment: 'prod' },
  ]);
});

test("prefers its own version to the image's, and adds a pillar to rows without one", () => {
  const [one] = servicesOf('service,image,tag\nweb,reg/web:old,1.10', { pillar: 'risk' });
  expect(one).toEqual({ ...web, pillar: 'risk', image: 'reg/web' });
});

test('one environment of several', () => {
  const text = 'service,version,env\nweb,1.10,dev\nweb,1.9,prod';
  expect(servicesOf(text, { environment: 'prod' }).map(({ version }) => version)).toEqual(['1.9']);
  expect(read(text)).toEqual(['3:1 service: default/web is on line 2 already; choose an environment by --environment']);
});

describe('reports all problems at once, with line and column', () => {
  test.each([
    [
      'no columns',
      'a,b\n1,2',
      [
        '1:1 the header has no column service; known columns: service, version, image, pillar, namespace, cluster, environment, dependencies',
        expect.stringContaining('1:1 the header has neither version nor image'),
      ],
    ],
    ['a column twice', 'service,app,version\na,b,1', ['1:9 "app" means service, and so does "service"; remove one']],
    [
      'rows',
      'service,version,cluster,dependencies\nweb,1.0,eu 1,db\nweb,1.1,,\n,2,,\napi,,,web\nx,1 2,,"a\nb"\ny,1,,,9\n',
      [
        '2:9 cluster: "eu 1" is not a valid name; write letters, digits, ".", "-" and "_"',
        '2:14 dependencies: depends on "db", which was not found',
        '3:1 service: default/web is on line 2 already; remove one of the two',
        '4:1 service: is missing',
        '5:5 version: is missing',
        '6:3 version: "1 2" contains a space, a line break or an invisible character',
        '6:8 dependencies: depends on "a", which was not found',
        '6:8 dependencies: depends on "b", which was not found',
        '8:7 the row has 5 values, but the header has 4; quote values that contain a separator',
      ],
    ],
    [
      'an image with a variable',
      'service,image\na,"r:$TAG"',
      ['2:3 image: its image "r:$TAG" has a variable; write its value'],
    ],
    ['an image without a version', 'service,image\na,host:5000/r', ['2:1 version: is missing']],
    [
      'an invalid namespace',
      'service,version,ns\na,1,A_b',
      ['2:5 namespace: "A_b" is not a valid name; write lower-case letters, digits and "-"'],
    ],
    ['an unclosed quote', 'service,version\na,1\nb,"2\nc,3', ['3 a quote opens here, and no quote closes it']],
    [
      'a quote inside',
      'service,version\n"a"b,1',
      ['2 a quote stands inside a value; put the whole value in quotes, and write "" for a quote in it'],
    ],
    [
      'a line without an end',
      `service,version\na,"${'x'.repeat(100_001)}"`,
      ['2 the line has more than 100000 characters'],
    ],
    ['more rows than a batch may have', `service,version\n${'a,1\n'.repeat(10_002)}`, ['10002:1 more than 10000 rows']],
    ['nothing', '', expect.arrayContaining([expect.stringContaining('1:1 the header has no column service')])],
  ])('%s', (_, text, problems) => {
    expect(read(text)).toEqual(problems);
  });

  test('the first two hundred of many', () => {
    const found = read(`service,version\n${',\n'.repeat(3)}${'a b,\n'.repeat(300)}`);
    expect(found).toHaveLength(201);
    expect((found as readonly string[]).at(-1)).toMatch(/and \d+ more problems$/);
  });
});
