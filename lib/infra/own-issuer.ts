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

/** Whose tokens the API takes, and for whom they must be made out. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface OwnIssuerProps {
  readonly name: string;
  /** First part of the address where tokens are fetched; nobody in the region has the same. */
  readonly domain: string;
  readonly deletionProtection: boolean;
  readonly clients: readonly ClientSettings[];
}

type ScopeName = keyof typeof scopes;

/** What a person needs. What each may do with it is for grants to say. */
const peopleScopes = ['read', 'logs', 'deploy', 'approve'] as const satisfies readonly ScopeName[];

/** Where a person is led who has logged in. Nobody needs to listen there: the code that is exchanged for a token stands in the address. */
export const loginReturn = 'http://localhost:8080/';

const passwordPolicy: PasswordPolicy = {
  minLength: 16,
  requireDigits: true,
  requireLowercase: true,
  requireUppercase: true,
  requireSymbols: true,
};

/** A program with an id and a secret of its own. */
export interface ProgramClient {
  readonly name: string;
  readonly id: string;
}

/**
 * A Cognito user pool for a stage that names no issuer. Programs are the clients of the settings: each gets a token for its id
 * and secret (client credentials grant), and none can do what a person must decide. People are users that an administrator
 * adds, in groups; they log in on the pool's page. Each client of a program costs money by the month.
 */
export class OwnIssuer extends Construct implements TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly poolId: string;
  readonly programs: readonly ProgramClient[];
  /** Of the page where people log in. */
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
        'The few people in the pool are added by an administrator and have a second factor; the plus tier costs for each.',
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
    // Not ProviderURL, which says the same: the emulator of `npm run test:cloud` does not know that attribute.
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

/** The one that stages had before there was a list stays what it is. */
const constructIdOf = ({ name }: ClientSettings): string =>
  name === defaultClient.name ? 'Client' : `Client${pascalCase(name)}`;
