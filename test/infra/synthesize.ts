import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addFlotilla } from '../../lib/infra/flotilla.ts';
import { readSettings } from '../../lib/infra/settings.ts';
import { cdkJson, root } from './project.ts';

export type Stacks = ReturnType<typeof addFlotilla>;

type Given = Readonly<Record<string, unknown>>;

/** Settings with which a stage has all that it can have. */
export const everySetting: Given = {
  ...{ on_destroy: 'delete', oidc_issuer: 'https://login.example.com', oidc_audience: 'flotilla' },
  ...{ alarm_email: 'ops@example.com', reserved_concurrency: 7, archive: 'false' },
};

/** The stacks of a stage named `test`, without the code of the functions. CDK's validator takes most of a synthesis. */
export const makeStacks = (given: Given = {}, { validates = false } = {}): Stacks & { readonly app: App } => {
  const context = { ...cdkJson.context, 'aws:cdk:bundling-stacks': [] };
  const app = new App({ context, builtinCloudFormationValidation: validates });
  const settings = readSettings([{ values: { stage: 'test', ...given }, nameOf: (setting) => setting }]);
  return { app, ...addFlotilla(app, { settings, root }) };
};

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is JSON of any shape, and a test says what it expects of it.
  readonly Properties: any;
  readonly [attribute: string]: unknown;
}

export interface TemplateJson {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown; readonly Description?: string }>>;
}

export interface Templates {
  readonly state: TemplateJson;
  readonly application: TemplateJson;
}

/** The templates of both stacks, after an optional change by a test. */
export const synthesize = (change: (stacks: Stacks) => void = () => {}, given: Given = {}): Templates => {
  const stacks = makeStacks(given);
  change(stacks);
  const json = (stack: Stacks[keyof Stacks]) => Template.fromStack(stack).toJSON() as TemplateJson;
  return { state: json(stacks.state), application: json(stacks.application) };
};

export const ofType = ({ Resources }: TemplateJson, type: string): readonly (Resource & { readonly id: string })[] =>
  Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, resource]) => ({ id, ...resource }));

const pseudo: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'region',
  'AWS::AccountId': 'account',
};

/** CDK puts 8 characters of a hash behind each name. */
const plain = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

/**
 * An intrinsic as a short text: a resource has its name in the code, in either stack, and a joined ARN is spelled out.
 */
export const shortText = (value: unknown, templates: Templates): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  switch (intrinsic) {
    case 'Ref':
      return pseudo[argument as string] ?? `${plain(argument as string)}.Ref`;
    case 'Fn::GetAtt': {
      const [id = '', attribute] = argument as string[];
      return attribute === 'Arn' ? plain(id) : `${plain(id)}.${attribute}`;
    }
    case 'Fn::Join':
      return (argument as [string, unknown[]])[1].map((part) => shortText(part, templates)).join('');
    case 'Fn::GetStackOutput': {
      const output = templates.state.Outputs[(argument as { OutputName: string }).OutputName];
      return shortText(output?.Value, templates);
    }
    default:
      throw new Error(`Unknown intrinsic ${JSON.stringify(value)}`);
  }
};
