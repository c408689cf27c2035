import { ofType, shortText, type Templates } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const list = <Value>(value: Value | readonly Value[]): readonly Value[] =>
  Array.isArray(value) ? value : [value as Value];

const linesOf = (statement: Statement, templates: Templates): readonly string[] => {
  const resources = list(statement.Resource).map((resource) => shortText(resource, templates));
  const condition = statement.Condition === undefined ? '' : ` if ${JSON.stringify(statement.Condition)}`;
  return list(statement.Action).flatMap((action) =>
    resources.map((resource) => `${statement.Effect === 'Allow' ? '' : 'not '}${action} ${resource}${condition}`),
  );
};

/**
 * All rights of a role, one line for each action on each resource: `dynamodb:GetItem Table`. Sorted, without
 * duplicates.
 */
const rightsOf = (roleId: string, templates: Templates): readonly string[] => {
  const { application } = templates;
  const inline = list(application.Resources[roleId]?.Properties.Policies ?? []).map(
    (policy) => (policy as { PolicyDocument: unknown }).PolicyDocument,
  );
  const own = ofType(application, 'AWS::IAM::Policy')
    .filter(({ Properties }) => (Properties.Roles as { Ref: string }[]).some(({ Ref }) => Ref === roleId))
    .map(({ Properties }) => Properties.PolicyDocument);
  const managed = list(application.Resources[roleId]?.Properties.ManagedPolicyArns ?? []).map(
    (arn) => `managed ${JSON.stringify(arn)}`,
  );
  const lines = [...inline, ...own].flatMap((document) =>
    (document as { Statement: Statement[] }).Statement.flatMap((statement) => linesOf(statement, templates)),
  );
  return [...new Set([...lines, ...managed])].sort();
};

/** What each function and each machine may do, by the name of its construct. */
export const granted = (templates: Templates): Readonly<Record<string, readonly string[]>> => {
  const { application } = templates;
  const owners = [
    ...ofType(application, 'AWS::Lambda::Function').map(({ id, Properties }) => [id, Properties.Role]),
    ...ofType(application, 'AWS::StepFunctions::StateMachine').map(({ id, Properties }) => [id, Properties.RoleArn]),
  ];
  return Object.fromEntries(
    owners.map(([id, role]) => {
      const name = id.replace(/^Handlers/, '').replace(/(Function)?[0-9A-F]{8}$/, '');
      return [name, rightsOf(role['Fn::GetAtt'][0], templates)];
    }),
  );
};

/** Roles that no function or machine has. */
export const ownerlessRoles = ({ application }: Templates): readonly string[] => {
  const owned = JSON.stringify(
    ['AWS::Lambda::Function', 'AWS::StepFunctions::StateMachine'].flatMap((type) => ofType(application, type)),
  );
  return ofType(application, 'AWS::IAM::Role')
    .map(({ id }) => id)
    .filter((id) => !owned.includes(`"${id}"`));
};
