import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { callbackPath } from './callback-route.ts';
import { scopePrefix } from './http-routes.ts';
import type { OwnIssuer, TokenIssuer } from './own-issuer.ts';

export interface NextStepsProps {
  readonly stage: string;
  readonly apiAddress: string;
  readonly harnessSecretId: string;
  readonly callbackSecretId: string;
  readonly batchMachineArn: string;
  readonly tokens: TokenIssuer | OwnIssuer;
}

/** What whoever has deployed a stage wants to know: where it is, and the commands that come next, in their order. */
export class NextSteps extends Construct {
  constructor(scope: Construct, id: string, props: NextStepsProps) {
    super(scope, id);
    const { stage, apiAddress, harnessSecretId, callbackSecretId, batchMachineArn, tokens } = props;
    const { region } = Stack.of(this);
    const console = `https://${region}.console.aws.amazon.com/states/home?region=${region}`;
    const callback = `aws secretsmanager get-secret-value --region ${region} --secret-id ${callbackSecretId}`;
    const secret = `'{"api_key":"…","webhook_tokens":{}}'`;
    const outputs = {
      ApiAddress: apiAddress,
      BatchMachineConsole: `${console}#/statemachines/view/${batchMachineArn}`,
      Next1HarnessKey: `aws secretsmanager put-secret-value --region ${region} --secret-id ${harnessSecretId} --secret-string ${secret}`,
      Next2Catalogue: `AWS_REGION=${region} npx flotilla catalogue apply --stage ${stage}`,
      Next3Client: `export FLOTILLA_URL=${apiAddress} ${this.#client(tokens, region)}`,
      Next4Token: 'poolId' in tokens ? this.#fetchToken() : this.#obtainToken(tokens),
      Next5Curl: 'curl -H "authorization: Bearer $FLOTILLA_TOKEN" "$FLOTILLA_URL/health"',
      Next6Deploy: 'npx flotilla deploy examples/release.yaml --follow',
      Next7Callback: `echo "${apiAddress}${callbackPath}/$(${callback} --query SecretString --output text)"`,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value }).overrideLogicalId(name);
  }

  /** With these the command line fetches its tokens itself, and renews them. */
  #client(tokens: TokenIssuer | OwnIssuer, region: string): string {
    if (!('poolId' in tokens)) return '';
    const { tokenUrl, clientId, poolId } = tokens;
    const read = `aws cognito-idp describe-user-pool-client --region ${region} --user-pool-id ${poolId} --client-id ${clientId}`;
    const secret = `"$(${read} --query UserPoolClient.ClientSecret --output text)"`;
    return `FLOTILLA_TOKEN_URL=${tokenUrl} FLOTILLA_CLIENT_ID=${clientId} FLOTILLA_CLIENT_SECRET=${secret}`;
  }

  /** For an hour, for tools like curl. */
  #fetchToken(): string {
    const answer =
      'curl -sS -u "$FLOTILLA_CLIENT_ID:$FLOTILLA_CLIENT_SECRET" -d grant_type=client_credentials "$FLOTILLA_TOKEN_URL"';
    return `FLOTILLA_TOKEN="$(${answer} | node -p 'JSON.parse(require("fs").readFileSync(0)).access_token')"`;
  }

  #obtainToken({ issuer, audience }: TokenIssuer): string {
    const wanted = ['read', 'deploy'].map((one) => `${scopePrefix}/${one}`).join(' ');
    return `export FLOTILLA_TOKEN=… # of ${issuer}, made out for ${audience.join(' or ')}, with the scopes ${wanted}`;
  }
}
