import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { shortText, synthesize, type TemplateJson } from './synthesize.ts';

const templates = synthesize();

const outputsOf = (all: typeof templates, stack: TemplateJson): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(stack.Outputs).map(([name, { Value }]) => [name, shortText(Value, all)]));

const outputs = outputsOf(templates, templates.application);
const named = synthesize(undefined, { oidc_issuer: 'https://login.example.com/', oidc_audience: 'a,b' });

it('puts out where things are, and the commands that come next', () => {
  const told = Object.keys(outputs).filter((name) => !name.startsWith('PublishOutput')); // what another stack reads
  expect(told.sort()).toEqual([
    'ApiAddress',
    'ApiId',
    'BatchMachineConsole',
    'BatchMachineName',
    'Next1HarnessKey',
    'Next2Catalogue',
    'Next3Client',
    'Next4Token',
    'Next5Curl',
    'Next6Deploy',
    'Next7Callback',
    'WatchMachineName',
  ]);
});

it('puts out what `flotilla catalogue apply` looks for, in the stack where it looks', () => {
  const own = outputsOf(templates, templates.state);
  expect(own).toMatchObject({
    DocumentsBucket: 'Documents.Ref',
    HarnessSecretId: 'HarnessSecret.Ref',
    BusName: 'Bus.Ref',
  });
});

it('leads to the batches in the console', () => {
  expect(outputs.BatchMachineConsole).toBe(
    'https://region.console.aws.amazon.com/states/home?region=region#/statemachines/view/arn:aws:states:region:account:stateMachine:flotilla-test-batch',
  );
});

describe('the commands', () => {
  const commands = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).filter(([name]) => name.startsWith('Next'));
  const ofNamed = outputsOf(named, named.application);

  it.each([...commands(outputs), ...commands(ofNamed)])('%s is what a shell understands: %s', (_, command) => {
    execFileSync('bash', ['-n', '-c', command]);
  });

  it('name the stage, the secret and the client', () => {
    expect(outputs.Next1HarnessKey).toMatch(/--secret-id HarnessSecret\.Ref --secret-string '\{"api_key"/);
    expect(outputs.Next7Callback).toMatch(/\/callbacks\/harness\/\$\(aws .* --secret-id CallbackSecret\.Ref /);
    expect(outputs.Next2Catalogue).toMatch(/flotilla catalogue apply --stage test$/);
    expect(outputs.Next3Client).toMatch(
      /FLOTILLA_URL=EntranceApi\.ApiEndpoint .*FLOTILLA_CLIENT_ID=TokensPoolClient\.Ref/,
    );
    expect(outputs.Next3Client).toMatch(
      /FLOTILLA_TOKEN_URL=https:\/\/TokensPoolDomain\.Ref\.auth\.region\.amazoncognito\.com\/oauth2\/token/,
    );
  });

  it('fetch a token that curl can send', () => {
    const script = `${outputs.Next4Token}; echo "$FLOTILLA_TOKEN"`;
    const curl = `curl() { echo '{"access_token":"t.o.k","expires_in":3600}'; }; ${script}`;
    expect(execFileSync('bash', ['-c', curl], { encoding: 'utf8' })).toBe('t.o.k\n');
  });

  it('say whose token is needed when another issuer gives them', () => {
    expect(ofNamed.Next4Token).toMatch(
      /https:\/\/login\.example\.com\/, made out for a or b, with .*flotilla\/deploy$/,
    );
    expect(JSON.stringify(named.application.Outputs)).not.toMatch(/cognito/i);
  });
});
