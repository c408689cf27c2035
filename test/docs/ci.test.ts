import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputModes } from '../../action/input-names.ts';
import { clientSchema } from '../../action/stage-client.ts';
import { parseConfiguration } from '../../lib/domain/catalogue/parse-configuration.ts';
import { fences, inBackticks, read, table, unique } from './pages.ts';

const page = read('docs/ci.md');

test('the table of inputs has each input, in its mode', () => {
  const rows = table(page, '| input | mode | meaning |');
  expect(rows.flatMap(([names]) => inBackticks(names!)).toSorted()).toEqual(Object.keys(inputModes).toSorted());
  const written = (name: keyof typeof inputModes): string =>
    inputModes[name].length === 2 ? 'both' : inputModes[name].join();
  for (const [names, mode] of rows)
    expect(unique(inBackticks(names!).map((name) => written(name as keyof typeof inputModes)))).toEqual([mode]);
});

test('lists the outputs of the action', () => {
  const [, told] = /^An input without effect.*Outputs: (.*)$/m.exec(page)!;
  const { outputs } = parse(read('action/action.yml')) as { readonly outputs: object };
  expect(unique(inBackticks(told!))).toEqual(Object.keys(outputs).toSorted());
});

test('the command makes a secret that the action reads', () => {
  const command = fences(page, 'sh')
    .find((text) => text.includes('create-secret'))!
    .split('\n')[0]!
    .replace(/ \|$/, '');
  const client = { FLOTILLA_TOKEN_URL: 'https://t.test', FLOTILLA_CLIENT_ID: 'id', FLOTILLA_CLIENT_SECRET: 'secret' };
  const printed = execFileSync('sh', ['-c', command.replace('node', `'${process.execPath}'`)], { env: client });
  const read = { token_url: 'https://t.test', client_id: 'id', client_secret: 'secret' };
  expect(clientSchema.parse(JSON.parse(printed.toString()))).toEqual(read);
});

test('the policies name one audience, one subject and one secret', () => {
  const [trust, permissions] = fences(page, 'json').map((text) => JSON.parse(text).Statement);
  expect(Object.entries(trust[0].Condition.StringEquals)).toEqual([
    ['token.actions.githubusercontent.com:aud', 'sts.amazonaws.com'],
    ['token.actions.githubusercontent.com:sub', expect.not.stringContaining('*')],
  ]);
  expect(permissions).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: expect.stringMatching(/^arn:aws:.*[^*]$/) },
  ]);
});

test('the grant is valid', () => {
  const [grants] = fences(page, 'yaml');
  const rest = 'pillars: { shop: {} }\nenvironments: { production: {} }\nclusters: { eu: { simulated: true } }\n';
  const told = parseConfiguration(`${rest}harness: { simulated: true }\nservices: { shop: {} }\n${grants}`, {
    env: {},
    readFile: () => undefined,
  });
  expect(told).toMatchObject({ configuration: { catalogue: { grants: [{ client: 'shop-ci' }] } } });
});
