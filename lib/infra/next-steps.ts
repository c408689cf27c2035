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
  /** ARNs of the roles that must be let into clusters. */
  readonly clusterRoles: readonly string[];
  /** Of the roles that must be let in to read logs, and for nothing else. */
  readonly logRoles: readonly string[];
  /** Of the roles that must be let in where something is deployed by the executor `kubernetes`. */
  readonly deployerRoles: readonly string[];
  readonly tokens: TokenIssuer | OwnIssuer;
}

interface Place extends NextStepsProps {
  readonly region: string;
}

/**
 * What whoever has deployed a stage wants to know: where it is, and the commands that come next, in their order. No secret
 * stands on their command lines: what the shell does itself is in no list of processes.
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
    BatchMachineConsole: [`${console}#/statemachines/view/${batchMachineArn}`, 'The batches in the console.'],
    ClusterRoles: [clusterRoles.join(' '), 'The roles that each EKS cluster must let in.'],
    LogRoles: [logRoles.join(' '), 'The roles that each EKS cluster must let in to read logs.'],
    DeployerRoles: [
      deployerRoles.join(' '),
      'The roles that an EKS cluster must let in to be deployed to by Flotilla itself.',
    ],
    ...('poolId' in tokens ? ofPool(tokens, region) : {}),
  };
};

const ofPool = (tokens: OwnIssuer, region: string): Outputs => {
  const others = tokens.programs.slice(1).map(({ name, id }): [string, Outputs[string]] => {
    const says = `In place of the client of Next4Client, for the program ${name}.`;
    return [`Client${pascalCase(name)}`, [`export ${client(tokens, id, region)}`, says]];
  });
  return {
    ...Object.fromEntries(others),
    Person: [
      addPerson(tokens, region),
      'Adds a person to a group, both named by you; grants are for groups. A first password comes by mail.',
    ],
    PersonToken: [personToken(tokens), 'Gets a person who has logged in a token, good for an hour.'],
  };
};

const addPerson = ({ poolId }: OwnIssuer, region: string): string => {
  const ask = (what: string): string => `aws cognito-idp ${what} --region ${region} --user-pool-id ${poolId}`;
  const [group, person] = ['--group-name YOUR-GROUP', '--username YOUR-NAME'];
  const user = `${ask('admin-create-user')} ${person} --user-attributes Name=email,Value=YOUR-ADDRESS`;
  return `${user}; ${ask('create-group')} ${group}; ${ask('admin-add-user-to-group')} ${person} ${group}`;
};

/** By the code that the page of the pool leads back with, which is good once and only with what this shell has made up (PKCE). */
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
  const apply = `AWS_REGION=${region} npx flotilla catalogue apply --stage ${stage}`;
  const callback = `aws secretsmanager get-secret-value --region ${region} --secret-id ${callbackSecretId}`;
  const address = `${api.apiEndpoint}${callbackPath}/$(${callback} --query SecretString --output text)`;
  return {
    Next1HarnessKey: [
      `${apply} --with-secrets`,
      'Puts your configuration and the keys in the variables that it names where the functions read them.',
    ],
    Next2Catalogue: [apply, 'Puts your configuration there again when it has changed, and leaves the keys.'],
    Next3Clusters: [letIn(place), 'Lets the functions read an EKS cluster, for each cluster of your configuration.'],
    DeployToCluster: [
      letDeploy(place),
      'Lets Flotilla itself deploy to an EKS cluster, by the executor kubernetes. Where Harness deploys, leave it.',
    ],
    Next4Client: [
      `export ${exports(place)}`,
      'Tells the command line where the stage is, and how it gets tokens if they are of its own pool.',
    ],
    Next5Token: token(place),
    Next6Curl: [
      `printf 'authorization: Bearer %s' "$FLOTILLA_TOKEN" | curl -H @- "$FLOTILLA_URL/health"`,
      'Shows that the stage answers and can read its configuration.',
    ],
    Next7Plan: [
      `npx flotilla plan YOUR-BATCH.yaml --url ${api.apiEndpoint}`,
      'Shows what a batch would do, and starts nothing.',
    ],
    Next8Deploy: ['npx flotilla deploy YOUR-BATCH.yaml --follow', 'Deploys it: this starts real pipelines.'],
    Next9Callback: [`echo "${address}"`, 'Shows the address for Harness to call back, which is a secret.'],
  };
};

/** Who is let into a cluster, and what they may do there. */
const letIn = (place: Place): string =>
  [
    accessEntries(place.region, place.clusterRoles, clusterGroup),
    accessEntries(place.region, place.logRoles, logsGroup),
    giveRole(''),
  ].join('; ');

const letDeploy = (place: Place): string =>
  `${accessEntries(place.region, place.deployerRoles, deployerGroup)}; ${giveRole(' --executor kubernetes')}`;

/** Lets roles into a cluster of EKS, as a group there. */
export const accessEntries = (region: string, roles: readonly string[], group: string): string => {
  const entry = `aws eks create-access-entry --region ${region} --cluster-name YOUR-CLUSTER --principal-arn "$role" --kubernetes-groups ${group}`;
  return `for role in ${roles.join(' ')}; do ${entry}; done`;
};

const giveRole = (options: string): string =>
  `npx flotilla cluster-role NAME-IN-YOUR-CONFIGURATION${options} | kubectl --context YOUR-CONTEXT apply -f -`;

const exports = ({ region, api, tokens }: Place): string =>
  `FLOTILLA_URL=${api.apiEndpoint}${'poolId' in tokens ? ` ${client(tokens, tokens.programs[0]!.id, region)}` : ''}`;

/** Of the answer of a token address. */
const accessToken = `node -p 'JSON.parse(require("fs").readFileSync(0)).access_token'`;

/** With these the command line fetches its tokens itself, and renews them. */
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
      'Tells the command line and curl the token that your issuer gave.',
    ];
  }
  // Without a scope the token has all that its client may have: each client has a purpose.
  const user = `printf 'user = "%s:%s"' "$FLOTILLA_CLIENT_ID" "$FLOTILLA_CLIENT_SECRET"`;
  const answer = `${user} | curl -sS -K - -d grant_type=client_credentials "$FLOTILLA_TOKEN_URL"`;
  const command = `FLOTILLA_TOKEN="$(${answer} | ${accessToken})"`;
  return [command, 'Fetches a token for tools like curl, good for an hour; the command line fetches its own.'];
};
