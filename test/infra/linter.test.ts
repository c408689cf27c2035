import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { withTimeouts } from '../templates/with-timeouts.ts';
import { everySetting, makeStacks, type TemplateJson } from './synthesize.ts';

/** The findings of cfn-lint that need no cfn-lint to find. `npm run test:templates` runs it. */
const templatesOf = (given: Readonly<Record<string, unknown>>): readonly TemplateJson[] => {
  const { state, application, observability } = makeStacks(given);
  return [state, application, observability].map((stack) => Template.fromStack(stack).toJSON() as TemplateJson);
};
const stages = [templatesOf({}), templatesOf(everySetting)];
const templates = stages.flat();
const resources = templates.flatMap(({ Resources }) => Object.entries(Resources));

interface Exemption {
  readonly config: { readonly ignore_checks: readonly string[] };
  readonly reason: string;
}
interface Metadata {
  readonly 'cfn-lint'?: Exemption;
}

/** All names in the intrinsics of a value. */
const namedIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly [string, string] };
  return [Ref, attribute?.[0]].filter((id) => id !== undefined).concat(Object.values(value).flatMap(namedIn));
};

describe('cfn-lint', () => {
  it('leaves out one rule, at one resource of each stage, with the reason', () => {
    expect(templates.flatMap((template) => Object.keys((template as { Metadata?: object }).Metadata ?? {}))).toEqual(
      [],
    );
    const exemptions = resources.flatMap(([, { Type, Metadata }]) => {
      const told = (Metadata as Metadata | undefined)?.['cfn-lint'];
      return told === undefined ? [] : [{ Type, rules: told.config.ignore_checks, reason: told.reason }];
    });
    const batchMachine = {
      Type: 'AWS::StepFunctions::StateMachine',
      rules: ['E3601'],
      reason: expect.stringMatching(/^TimeoutSeconds of Deploy, Verify and Restore are JSONata expressions, .+\.$/),
    };
    expect(exemptions).toEqual(stages.map(() => batchMachine));
  });

  it('leaves it out for the timeouts of three states, and for nothing else', () => {
    const definitions = resources.map(([, { Properties }]) => Properties?.DefinitionString).filter(Boolean);
    const states = definitions.flatMap((text) => [
      ...(text as string).matchAll(/"(\w+)": \{\n\s+"Type"|TimeoutSeconds": "/g),
    ]);
    const names = states.flatMap(([, name], at) => (name === undefined ? [states[at - 1]?.[1]] : []));
    expect(names).toEqual(stages.flatMap(() => ['Deploy', 'Verify', 'Restore']));
  });

  it('finds no DependsOn that a property already implies', () => {
    const twice = resources.flatMap(([id, { DependsOn = [], Properties }]) =>
      [DependsOn as string | readonly string[]]
        .flat()
        .filter((needed) => namedIn(Properties).includes(needed))
        .map((needed) => `${id} waits for ${needed}`),
    );
    expect(twice).toEqual([]);
  });

  it('still makes every function and machine wait for the rights of its role', () => {
    const waiting = resources.filter(
      ([id, { Type, Properties }]) => /::(Function|StateMachine)$/.test(Type) && !id.startsWith('Custom') && Properties,
    );
    expect(waiting.length).toBeGreaterThan(30);
    for (const [, { DependsOn }] of waiting) expect(DependsOn).toEqual([expect.stringMatching(/RoleDefaultPolicy/)]);
  });

  it('checks what is exempt again, with plain timeouts', () => {
    const DefinitionString = '{"A":{"TimeoutSeconds": "{% $x + 1 %}"},"B":{"TimeoutSeconds": 5}}';
    const machine = { Properties: { DefinitionString }, Metadata: { 'cfn-lint': {}, other: 1 } };
    expect(JSON.parse(withTimeouts(JSON.stringify({ machine }), 300) ?? '')).toEqual({
      machine: {
        Properties: { DefinitionString: '{"A":{"TimeoutSeconds": 300},"B":{"TimeoutSeconds": 5}}' },
        Metadata: { other: 1 },
      },
    });
    expect(withTimeouts('{"machine":{"Properties":{}}}', 300)).toBeUndefined();
  });
});
