import { execFileSync } from 'node:child_process';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { makeStacks, shortText, synthesize, type TemplateJson } from './synthesize.ts';

const templates = synthesize();

const outputsOf = (all: typeof templates, stack: TemplateJson): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(stack.Outputs).map(([name, { Value }]) => [name, shortText(Value, all)]));

const outputs = outputsOf(templates, templates.application);
const named = synthesize(undefined, { oidc_issuer: 'https://login.example.com/', oidc_audience: 'a,b' });

it('show where things are, and the commands that come next', () => {
  const told = Object.keys(outputs).filter((name) => !name.startsWith('PublishOutput')); // what another stack reads
  expect(told.sort()).toEqual([
    'ApiAddress',
    'ApiId',
    'BatchMachineConsole',
    'BatchMachineName',
    'ClusterRoles',
    'DeployToCluster',
    'DeployerRoles',
    'LogRoles',
    'Next1HarnessKey',
    'Next2Catalogue',
    'Next3Clusters',
    'Next4Client',
    'Next5Token',
    'Next6Curl',
    'Next7Plan',
    'Next8Deploy',
    'Next9Callback',
    'Person',
    'PersonToken',
    'PreviewMachineName',
    'WatchMachineName',
  ]);
});

it('describe each output in a sentence', () => {
  const { state, application, observability } = makeStacks();
  const ofOurs = [state, application, observability].flatMap((stack) =>
    Object.entries((Template.fromStack(stack).toJSON() as TemplateJson).Outputs).filter(
      ([name]) => !name.startsWith('PublishOutput'),
    ),
  );
  expect(ofOurs.length).toBeGreaterThan(15);
  for (const [name, { Description }] of ofOurs) expect(Description, name).toMatch(/^[A-Z].{10,}\.$/);
});

it('have what `flotilla catalogue apply` looks for, in the stack where it looks', () => {
  const own = outputsOf(templates, templates.state);
  expect(own).toMatchObject({
    DocumentsBucket: 'Documents.Ref',
    HarnessSecretId: 'HarnessSecret.Ref',
    BusName: 'Bus.Ref',
  });
});

it('link to the batches in the console', () => {
  expect(outputs.BatchMachineConsole).toBe(
    'https://region.console.aws.amazon.com/states/home?region=region#/statemachines/view/arn:aws:states:region:account:stateMachine:flotilla-test-batch',
  );
});

describe('the commands', () => {
  const commands = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).filter(([name]) => /^(Next|DeployTo)/.test(name));
  const ofNamed = outputsOf(named, named.application);

  it.each([...commands(outputs), ...commands(ofNamed)])('%s is a valid shell command: %s', (_, command) => {
    execFileSync('bash', ['-n', '-c', command]);
  });

  it('name the stage, the secret and the client', () => {
    expect(outputs.Next1HarnessKey).toMatch(/flotilla catalogue apply --stage test --with-secrets$/);
    expect(outputs.Next9Callback).toMatch(/\/callbacks\/harness\/\$\(aws .* --secret-id CallbackSecret\.Ref /);
    expect(outputs.Next2Catalogue).toMatch(/flotilla catalogue apply --stage test$/);
    expect(outputs.Next4Client).toMatch(
      /FLOTILLA_URL=EntranceApi\.ApiEndpoint .*FLOTILLA_CLIENT_ID=TokensPoolClient\.Ref/,
    );
    expect(outputs.Next4Client).toMatch(
      /FLOTILLA_TOKEN_URL=https:\/\/TokensPoolDomain\.Ref\.auth\.region\.amazoncognito\.com\/oauth2\/token/,
    );
  });

  it.each([...commands(outputs), ...commands(ofNamed)])('%s puts no secret on a command line', (_, command) => {
    // Shell builtins (export, printf, echo) start no program that others could see.
    const programs = command.split(/\||;|&&|\$\(/).filter((part) => /^\s*(curl|aws|npx|kubectl|node)\b/.test(part));
    for (const program of programs) {
      expect(program).not.toMatch(/\$FLOTILLA_(TOKEN|CLIENT_SECRET)\b|\$\{|--secret-string (?!file:)|api_key/);
    }
  });

  it('let the roles that read clusters into one, and no other; the log reader gets its own narrow group', () => {
    const readers = ['ApiLooks', 'CaptureBaseline', 'LookBack', 'WatchCluster', 'SurveyClusters'];
    const roles = readers.map((name) => `Handlers${name}Role`);
    expect(outputs.ClusterRoles).toBe(roles.join(' '));
    expect(outputs.LogRoles).toBe('HandlersReadLogsRole');
    const script = `aws() { echo "aws $*"; }; kubectl() { cat >&2; echo "kubectl $*"; }; flotilla() { echo "flotilla $*"; }; ${outputs.Next3Clusters}`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n')).toEqual([
      ...roles.map(
        (role) =>
          `aws eks create-access-entry --region region --cluster-name YOUR-CLUSTER --principal-arn ${role} --kubernetes-groups flotilla`,
      ),
      'aws eks create-access-entry --region region --cluster-name YOUR-CLUSTER --principal-arn HandlersReadLogsRole --kubernetes-groups flotilla-logs',
      'kubectl --context YOUR-CONTEXT apply -f -',
      '',
    ]);
  });

  it('let the one role that deploys by itself into a cluster, with its group', () => {
    expect(outputs.DeployerRoles).toBe('HandlersDeployToClusterRole');
    const script = `aws() { echo "aws $*"; }; kubectl() { cat; }; flotilla() { echo "flotilla $*"; }; ${outputs.DeployToCluster}`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\n')).toEqual([
      'aws eks create-access-entry --region region --cluster-name YOUR-CLUSTER --principal-arn HandlersDeployToClusterRole --kubernetes-groups flotilla-deployer',
      'flotilla cluster-role NAME-IN-YOUR-CONFIGURATION --executor kubernetes',
      '',
    ]);
  });

  it('deploy your own batch, never an example, and first show what it would do', () => {
    expect(outputs.Next7Plan).toBe('flotilla plan YOUR-BATCH.yaml --url EntranceApi.ApiEndpoint');
    expect(outputs.Next8Deploy).toBe('flotilla deploy YOUR-BATCH.yaml --follow');
  });

  it('name each further program', () => {
    const listed = synthesize(undefined, { clients: 'ci,risk-ci' });
    const told = outputsOf(listed, listed.application);
    expect(told.Next4Client).toMatch(/FLOTILLA_CLIENT_ID=TokensPoolClient\.Ref /);
    expect(told.ClientRiskCi).toMatch(/^export .*FLOTILLA_CLIENT_ID=TokensPoolClientRiskCi\.Ref .*Pool\.Ref/);
  });

  it("add a person to a group, and get a token with the code from the pool's page and a secret of this shell", () => {
    expect(outputs.Person).toMatch(/admin-create-user .*create-group .*admin-add-user-to-group .*YOUR-GROUP/);
    const curl = `curl() { echo "$* $(cat)" >&2; echo '{"access_token":"t.o.k"}'; }; openssl() { if [ "$1" = rand ]; then echo made-up; else cat; fi; }`;
    const script = `${curl}; ${outputs.PersonToken}; echo "$FLOTILLA_TOKEN"`;
    const told = execFileSync('bash', ['-c', `{ ${script}; } 2>&1`], { encoding: 'utf8', input: 'the-code\n' }).split(
      '\n',
    );
    const page =
      'https://TokensPoolDomain.Ref.auth.region.amazoncognito.com/oauth2/authorize?response_type=code&client_id=';
    const hash = Buffer.from('made-up').toString('base64url');
    expect(told[0]).toContain(`${page}TokensPoolPeopleClient.Ref&redirect_uri=`);
    expect(told[0]).toContain(`&code_challenge_method=S256&code_challenge=${hash} and`);
    expect(told.slice(1)).toEqual([
      expect.stringMatching(
        /-d @- https:.*\/oauth2\/token grant_type=.*%3A8080%2F&code=the-code&code_verifier=made-up$/,
      ),
      't.o.k',
      '',
    ]);
  });

  it('fetch a token that curl can send, with all that the client may do', () => {
    expect(outputs.Next5Token).not.toContain('scope');
    const script = `${outputs.Next5Token}; echo "$FLOTILLA_TOKEN"`;
    const curl = `curl() { cat >&2; echo '{"access_token":"t.o.k","expires_in":3600}'; }; ${script} 2>&1`;
    expect(execFileSync('bash', ['-c', curl], { encoding: 'utf8', stdio: 'pipe' })).toBe('t.o.k\n');
  });

  it('say who issues tokens when another issuer is configured', () => {
    expect(ofNamed.Next5Token).toMatch(
      /https:\/\/login\.example\.com\/, made out for a or b, with .*flotilla\/deploy$/,
    );
    expect(JSON.stringify(named.application.Outputs)).not.toMatch(/cognito/i);
    expect(ofNamed).not.toHaveProperty('PersonToken');
    expect(ofNamed.Next4Client).toBe('export FLOTILLA_URL=EntranceApi.ApiEndpoint');
  });
});
