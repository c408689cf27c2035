// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how a configuration names a variable
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Path, pathText } from '../../../lib/domain/batch/findings.ts';
import { wholeConfigurationSchema } from '../../../lib/domain/catalogue/configuration-schema.ts';
import { parseConfiguration } from '../../../lib/domain/catalogue/parse-configuration.ts';
import { splitSecrets } from '../../../lib/domain/catalogue/split-secrets.ts';
import { previewPlan } from '../../../lib/usecases/plan/preview-plan.ts';
import { unrealIn } from '../../../lib/usecases/read-health.ts';

const canary = 'canary-that-nobody-may-see';
const env = { CANARY: canary };
const written = '${CANARY}';
const secrets = ['api_key', 'webhook_token'];
const isSecret = (path: Path): boolean => secrets.includes(String(path.at(-1)));

/** A valid name for maps where the schema accepts any. */
const names: Readonly<Record<string, string>> = { pillars: 'risk', services: 'risk', clusters: 'eu' };

/** Every place in a schema where a string is allowed. */
const textPlaces = (schema: unknown, path: Path = []): Path[] => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return textPlaces(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return textPlaces(schema.in, path);
  if (schema instanceof z.ZodArray) return textPlaces(schema.element, [...path, 0]);
  if (schema instanceof z.ZodRecord) return textPlaces(schema.valueType, [...path, names[String(path.at(-1))] ?? 'x']);
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([key, member]) => textPlaces(member, [...path, key]));
  return schema instanceof z.ZodBoolean || schema instanceof z.ZodNumber ? [] : [path];
};

const places = textPlaces(wholeConfigurationSchema);

const base = {
  clusters: { eu: { eks: 'eu' } },
  harness: { account: 'a', org: 'o', project: 'p', api_key: 'literal' },
  pillars: { risk: { harness: { pipeline: 'p', trigger: 't' } } },
};

type Writable = Record<string | number, unknown>;

const put = (path: Path, value: unknown, more: object = {}): string => {
  const root = structuredClone({ ...base, ...more }) as Writable;
  let at = root;
  path.forEach((part, place) => {
    if (place === path.length - 1) at[part] = value;
    else at[part] ??= typeof path[place + 1] === 'number' ? [] : {};
    at = at[part] as Writable;
  });
  // One key per line, as in YAML.
  return JSON.stringify(root, null, 1);
};

const read = (text: string, secretsWhen: 'now' | 'later' = 'now') =>
  parseConfiguration(text, { env, readFile: () => undefined, secrets: secretsWhen });

test('the schema has such places', () => {
  const told = places.map(pathText);
  expect(told.length).toBeGreaterThan(40);
  expect(told).toEqual(
    expect.arrayContaining([
      'harness.api_key',
      'harness.base_url',
      'pillars.risk.harness.webhook_token',
      'services.risk.x.health_url',
      'clusters.eu.kubeconfig',
      'grants[1].subject',
      'aws.stage',
      'public_variables[1]',
    ]),
  );
  expect(places.filter(isSecret)).toHaveLength(3);
});

describe('a variable that is not listed as public', () => {
  test.each(places.filter((path) => !isSecret(path)).map((path) => [pathText(path), path] as const))(
    'is an error with its line, and no value, in %s',
    (told, path) => {
      const text = put(path, `before ${written} behind`);
      const parsed = read(text);
      expect(JSON.stringify(parsed)).not.toContain(canary);
      const issues = 'issues' in parsed ? parsed.issues : [];
      const line = text.split('\n').findIndex((one) => one.includes(written)) + 1;
      expect(issues).toContainEqual(expect.objectContaining({ code: 'VariableNotPublic', path: told, line }));
    },
  );

  const batch = JSON.stringify({
    version: 'v1.0',
    deployments: [
      {
        ...{ pillar: 'risk', service_name: 'x', docker_image_version: '1.0.0', docker_artifact_type: 'docker' },
        ...{ environment_id: 'staging', infrastructure_id: 'eu' },
      },
    ],
  });

  test.each(places.filter(isSecret).map((path) => [pathText(path), path] as const))(
    'is filled in where %s takes it, and is in no output',
    async (_, path) => {
      const parsed = read(put(path, written));
      if ('issues' in parsed) throw new Error(JSON.stringify(parsed.issues));
      const { configuration, ...more } = parsed;
      expect(JSON.stringify(configuration.connections)).toContain(canary);
      const deps = { catalogue: async () => configuration.catalogue };
      const shown = [
        configuration.catalogue,
        more,
        splitSecrets(configuration).document,
        unrealIn(configuration.catalogue),
        await previewPlan(deps, { text: batch }),
      ];
      expect(JSON.stringify(shown)).not.toContain(canary);
      expect(JSON.stringify(read(put(path, written), 'later'))).not.toContain(canary);
    },
  );

  test('is no secret if it is also listed as public', () => {
    const parsed = read(put(['harness', 'api_key'], written, { public_variables: ['CANARY'] }));
    expect('issues' in parsed && parsed.issues).toEqual([
      expect.objectContaining({ path: 'harness.api_key', hint: 'remove CANARY from public_variables' }),
    ]);
  });
});

test('a listed one is filled in anywhere, also in a services file', () => {
  const file = 'risk: { x: { image: "${PLACE}/x" } }';
  const parse = (listed: string) =>
    parseConfiguration(`clusters: { eu: { eks: "\${PLACE}" } }\nharness: { simulated: true }\nservices: s\n${listed}`, {
      env: { PLACE: 'here' },
      readFile: () => file,
    });
  const parsed = parse('public_variables: [PLACE]');
  expect('configuration' in parsed && parsed.configuration.connections.clusters.eu).toEqual({
    kind: 'eks',
    eks: 'here',
  });
  expect('configuration' in parsed && parsed.configuration.catalogue.services?.risk?.x?.image).toBe('here/x');
  const refused = parse('');
  expect('issues' in refused && refused.issues.map(({ code, file, line }) => [code, file, line])).toEqual([
    ['VariableNotPublic', undefined, 1],
    ['VariableNotPublic', 's', 1],
  ]);
  expect('issues' in parse('public_variables: ["A B"]')).toBe(true);
});
