import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts findings of the rule packs, by id, at a construct and everything in it. Every synth report shows the reasons.
 */
export const accept = (construct: IConstruct, reasons: Readonly<Record<string, string>>): void => {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
};

/** Accepts that a policy in a construct names these resources with a `*`. Resources without a `*` need no reason. */
export const acceptWildcards = (construct: IConstruct, resources: readonly string[], reason: string): void => {
  const acceptAll = (): void => {
    const spelled = resources.map((resource) => spell(Stack.of(construct).resolve(resource)));
    const ids = spelled.filter((one) => one.includes('*')).map((one) => `AwsSolutions-IAM5[Resource::${one}]`);
    accept(construct, Object.fromEntries(ids.map((id) => [id, reason])));
  };
  acceptAll();
  // A finding's id quotes the resource. A resource of another stack is written differently once the app is assembled.
  construct.node.addValidation({
    validate: () => {
      acceptAll();
      return [];
    },
  });
};

/** A resource as the rule writes it: `<Documents.Arn>/*`. */
const spell = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', undefined]] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Ref') return `<${argument}>`;
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as readonly string[]).join('.')}>`;
  if (intrinsic === 'Fn::Join') return (argument as [string, readonly unknown[]])[1].map(spell).join('');
  return JSON.stringify(value);
};
