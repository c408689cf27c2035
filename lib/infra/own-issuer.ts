import { Duration } from 'aws-cdk-lib';
import {
  AccountRecovery,
  Mfa,
  OAuthScope,
  type OAuthSettings,
  type PasswordPolicy,
  ResourceServerScope,
  UserPool,
  type UserPoolClient,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { pascalCase } from './functions-table.ts';
import { scopePrefix, scopes } from './http-routes.ts';
import { type ClientSettings, defaultClient } from './settings.ts';

/** The issuer whose tokens the API accepts, and the audience they must have. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface OwnIssuerProps {
  readonly name: string;
  /** First part of the token endpoint's address. It must be unique in the region. */
  readonly domain: string;
  readonly deletionProtection: boolean;
  readonly clients: readonly ClientSettings[];
}

type ScopeName = keyof typeof scopes;

/** The scopes that a person needs. Grants decide what each person may do with them. */
const peopleScopes = ['read', 'logs', 'deploy', 'approve'] as const satisfies readonly ScopeName[];

/**
 * Where a person is redirected after login. Nothing needs to listen there: the address contains the code, which is
 * exchanged for a token.
 */
export const loginReturn = 'http://localhost:8080/';

const passwordPolicy: PasswordPolicy = {
  minLength: 16,
  requireDigits: true,
  requireLowercase: true,
  requireUppercase: true,
  requireSymbols: true,
};

/** A program with its own id and secret. */
export interface ProgramClient {
  readonly name: string;
  readonly id: string;
}

/**
 * A Cognito user pool for a stage without an issuer. Programs are the clients named in the settings: each gets a token
 * for its id and secret (client credentials grant), and none can do what needs a person. An administrator adds people
 * to groups; they log in on the pool's page. Each program client has a monthly price.
 */
export class OwnIssuer extends Construct implements TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly poolId: string;
  readonly programs: readonly ProgramClient[];
  /** Of the login page. */
  readonly peopleClientId: string;
  readonly loginUrl: string;
  readonly tokenUrl: string;

  constructor(scope: Construct, id: string, { name, domain, deletionProtection, clients }: OwnIssuerProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      userPoolName: name,
      selfSignUpEnabled: false,
      accountRecovery: AccountRecovery.NONE,
      passwordPolicy,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      deletionProtection,
    });
    accept(pool, {
      'AwsSolutions-COG8':
        'An administrator adds the few people in the pool, and they have a second factor. The plus tier costs money per person.',
    });
    const known = new Map(
      Object.entries(scopes).map(([scopeName, scopeDescription]) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription }),
      ]),
    );
    const api = pool.addResourceServer('Api', { identifier: scopePrefix, scopes: [...known.values()] });
    const scopesOf = (granted: readonly ScopeName[]) =>
      granted.map((one) => OAuthScope.resourceServer(api, known.get(one)!));
    const addClient = (id: string, generateSecret: boolean, oAuth: OAuthSettings): UserPoolClient =>
      pool.addClient(id, { generateSecret, oAuth, accessTokenValidity: Duration.hours(1) });
    const place = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: domain } });
    // Not ProviderURL, which has the same value: the emulator of `npm run test:cloud` does not know that attribute.
    this.issuer = `https://${pool.userPoolProviderName}`;
    this.programs = clients.map((client) => ({
      name: client.name,
      id: addClient(constructIdOf(client), true, {
        flows: { clientCredentials: true },
        scopes: scopesOf(client.scopes),
      }).userPoolClientId,
    }));
    this.peopleClientId = addClient('PeopleClient', false, {
      flows: { authorizationCodeGrant: true },
      callbackUrls: [loginReturn],
      scopes: scopesOf(peopleScopes),
    }).userPoolClientId;
    this.audience = [...this.programs.map(({ id }) => id), this.peopleClientId];
    this.poolId = pool.userPoolId;
    this.tokenUrl = `${place.baseUrl()}/oauth2/token`;
    this.loginUrl = `${place.baseUrl()}/oauth2/authorize`;
  }
}

/** Stages from before there was a list keep their one client. */
const constructIdOf = ({ name }: ClientSettings): string =>
  name === defaultClient.name ? 'Client' : `Client${pascalCase(name)}`;
