import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { callbackPath } from '../domain/callback-route.ts';
import { clusterGroup, deployerGroup, logsGroup } from '../domain/catalogue/cluster-group.ts';
import { addOutput } from './add-output.ts';
import { pascalCase } from './functions-table.ts';
import { scopePrefix } from './http-routes.ts';
import { loginReturn, type OwnIssuer, type TokenIssuer } from './own-issuer.ts';
import { defaultClient } from './settings.ts';

export interface NextStepsProps {
  readonly stage: string;
  readonly api: HttpApi;
  readonly callbackSecretId: string;
  readonly batchMachineArn: string;
  /** ARNs of the roles to let into clusters. */
  readonly clusterRoles: readonly string[];
  /** The roles that only read logs. */
  readonly logRoles: readonly string[];
  /** The roles that deploy with the executor `kubernetes`. */
  readonly deployerRoles: readonly string[];
  readonly tokens: TokenIssuer | OwnIssuer;
}

interface Place extends NextStepsProps {
  readonly region: string;
}

/**
 * What comes after deploying a stage: its address, and the next commands in order. No command line contains a secret:
 * what the shell does itself appears in no process list.
 */
export class NextSteps extends Construct {
  constructor(scope: Construct, id: string, props: NextStepsProps) {
    super(scope, id);
    const place = { ...props, region: Stack.of(this).region };
    for (const [name, [value, description]] of Object.entries({ ...facts(place), ...steps(place) }))
      addOutput(this, name, { value, description });
  }
}

type Outputs = Readonly<Record<string, readonly [value: string, description: string]>>;

const facts = ({ region, api, batchMachineArn, clusterRoles, logRoles, deployerRoles, tokens }: Place): Outputs => {
  const console = `https://${region}.console.aws.amazon.com/states/home?region=${region}`;
  return {
    ApiAddress: [api.apiEndpoint, 'The address of the HTTP API.'],
    ApiId: [api.apiId, 'The id of the HTTP API.'],
    BatchMachineConsole: [
      `${console}#/statemachines/view/${batchMachineArn}`,
      'The batches in the Step Functions console.',
    ],
    ClusterRoles: [clusterRoles.join(' '), 'The roles that each EKS cluster must admit.'],
    LogRoles: [logRoles.join(' '), 'The roles that each EKS cluster must admit so that they can read logs.'],
    DeployerRoles: [
      deployerRoles.join(' '),
      'The roles that an EKS cluster must admit so that Flotilla can deploy to it directly.',
    ],
    ...('poolId' in tokens ? ofPool(tokens, region) : {}),
  };
};

const ofPool = (tokens: OwnIssuer, region: string): Outputs => {
  const others = tokens.programs.slice(1).map(({ name, id }): [string, Outputs[string]] => {
    const says = `Replaces the client of Next4Client for the program ${name}.`;
    return [`Client${pascalCase(name)}`, [`export ${client(tokens, id, region)}`, says]];
  });
  return {
    ...Object.fromEntries(others),
    Person: [
      addPerson(tokens, region),
      'Adds a person to a group; you name both, and grants refer to groups. The first password comes by mail.',
    ],
    PersonToken: [personToken(tokens), 'Gets a token for a person who has logged in. It expires after an hour.'],
  };
};

const addPerson = ({ poolId }: OwnIssuer, region: string): string => {
  const ask = (what: string): string => `aws cognito-idp ${what} --region ${region} --user-pool-id ${poolId}`;
  const [group, person] = ['--group-name YOUR-GROUP', '--username YOUR-NAME'];
  const user = `${ask('admin-create-user')} ${person} --user-attributes Name=email,Value=YOUR-ADDRESS`;
  return `${user}; ${ask('create-group')} ${group}; ${ask('admin-add-user-to-group')} ${person} ${group}`;
};

/**
 * Uses the code that the pool's page redirects with. It works once, and only with the verifier that this shell
 * generated (PKCE).
 */
const personToken = ({ loginUrl, tokenUrl, peopleClientId: id }: OwnIssuer): string => {
  const make = 'verifier="$(openssl rand -hex 32)"';
  const hash = `"$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64 | tr '+/' '-_' | tr -d '=')"`;
  const where = encodeURIComponent(loginReturn);
  const page = `${loginUrl}?response_type=code&client_id=${id}&redirect_uri=${where}&code_challenge_method=S256&code_challenge=`;
  const say = `echo "Log in at ${page}$challenge and give the code from the address that you are led to:"`;
  const known = `grant_type=authorization_code&client_id=${id}&redirect_uri=${where.replaceAll('%', '%%')}`;
  const form = `printf '${known}&code=%s&code_verifier=%s' "$code" "$verifier"`;
  const exchange = `${form} | curl -sS -d @- ${tokenUrl} | ${accessToken}`;
  return `${make}; challenge=${hash}; ${say}; read -r code; export FLOTILLA_TOKEN="$(${exchange})"`;
};

const steps = (place: Place): Outputs => {
  const { region, stage, api, callbackSecretId } = place;
  const apply = `AWS_REGION=${region} flotilla catalogue apply --stage ${stage}`;
  const callback = `aws secretsmanager get-secret-value --region ${region} --secret-id ${callbackSecretId}`;
  const address = `${api.apiEndpoint}${callbackPath}/$(${callback} --query SecretString --output text)`;
  return {
    Next1HarnessKey: [
      `${apply} --with-secrets`,
      'Stores your configuration, and the keys from the variables it names, where the functions read them.',
    ],
    Next2Catalogue: [apply, 'Stores your changed configuration again and leaves the keys alone.'],
    Next3Clusters: [
      letIn(place),
      'Lets the functions read an EKS cluster. Run it for each cluster of your configuration.',
    ],
    DeployToCluster: [
      letDeploy(place),
      'Lets Flotilla deploy to an EKS cluster itself, with the executor kubernetes. Not needed where Harness deploys.',
    ],
    Next4Client: [
      `export ${exports(place)}`,
      'Tells the command line where the stage is and, with its own user pool, how to get tokens.',
    ],
    Next5Token: token(place),
    Next6Curl: [
      `printf 'authorization: Bearer %s' "$FLOTILLA_TOKEN" | curl -H @- "$FLOTILLA_URL/health"`,
      'Checks that the stage answers and can read its configuration.',
    ],
    Next7Plan: [
      `flotilla plan YOUR-BATCH.yaml --url ${api.apiEndpoint}`,
      'Shows what a batch would do, without starting anything.',
    ],
    Next8Deploy: ['flotilla deploy YOUR-BATCH.yaml --follow', 'Deploys it: this starts real pipelines.'],
    Next9Callback: [`echo "${address}"`, 'Shows the address for Harness to call back. It is a secret.'],
  };
};

/** Which roles get into a cluster, and what they may do there. */
const letIn = (place: Place): string =>
  [
    accessEntries(place.region, place.clusterRoles, clusterGroup),
    accessEntries(place.region, place.logRoles, logsGroup),
    giveRole(''),
  ].join('; ');

const letDeploy = (place: Place): string =>
  `${accessEntries(place.region, place.deployerRoles, deployerGroup)}; ${giveRole(' --executor kubernetes')}`;

/** Puts roles into a group of an EKS cluster. */
export const accessEntries = (region: string, roles: readonly string[], group: string): string => {
  const entry = `aws eks create-access-entry --region ${region} --cluster-name YOUR-CLUSTER --principal-arn "$role" --kubernetes-groups ${group}`;
  return `for role in ${roles.join(' ')}; do ${entry}; done`;
};

const giveRole = (options: string): string =>
  `flotilla cluster-role NAME-IN-YOUR-CONFIGURATION${options} | kubectl --context YOUR-CONTEXT apply -f -`;

const exports = ({ region, api, tokens }: Place): string =>
  `FLOTILLA_URL=${api.apiEndpoint}${'poolId' in tokens ? ` ${client(tokens, tokens.programs[0]!.id, region)}` : ''}`;

/** Reads the answer of the token endpoint. */
const accessToken = `node -p 'JSON.parse(require("fs").readFileSync(0)).access_token'`;

/** With these the command line fetches and renews its own tokens. */
const client = ({ tokenUrl, poolId }: OwnIssuer, id: string, region: string): string => {
  const read = `aws cognito-idp describe-user-pool-client --region ${region} --user-pool-id ${poolId} --client-id ${id}`;
  const secret = `"$(${read} --query UserPoolClient.ClientSecret --output text)"`;
  return `FLOTILLA_TOKEN_URL=${tokenUrl} FLOTILLA_CLIENT_ID=${id} FLOTILLA_CLIENT_SECRET=${secret}`;
};

const token = ({ tokens }: Place): Outputs[string] => {
  if (!('poolId' in tokens)) {
    const { issuer, audience } = tokens;
    const scopes = defaultClient.scopes.map((one) => `${scopePrefix}/${one}`).join(' ');
    const wanted = `of ${issuer}, made out for ${audience.join(' or ')}, with the scopes ${scopes}`;
    return [
      `read -rs FLOTILLA_TOKEN && export FLOTILLA_TOKEN # ${wanted}`,
      'Gives the command line and curl the token of your issuer.',
    ];
  }
  // Without a scope, the token gets everything its client may have: each client has one purpose.
  const user = `printf 'user = "%s:%s"' "$FLOTILLA_CLIENT_ID" "$FLOTILLA_CLIENT_SECRET"`;
  const answer = `${user} | curl -sS -K - -d grant_type=client_credentials "$FLOTILLA_TOKEN_URL"`;
  const command = `FLOTILLA_TOKEN="$(${answer} | ${accessToken})"`;
  return [command, 'Fetches a token for tools like curl, valid for an hour. The command line fetches its own.'];
};
