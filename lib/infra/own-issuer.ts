import { Duration } from 'aws-cdk-lib';
import { AccountRecovery, Mfa, OAuthScope, ResourceServerScope, UserPool } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { scopePrefix, scopes } from './http-routes.ts';

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
}

type ScopeName = keyof typeof scopes;

/** What a program needs that deploys and follows what it has deployed. */
export const programScopes = ['read', 'deploy'] as const satisfies readonly ScopeName[];

/**
 * A Cognito user pool for a stage that names no issuer: without people in it, only clients, which get a token for their id
 * and secret (client credentials grant). One is for programs, and cannot do what a person must decide; the other for people
 * who resolve and administer. Each client costs money by the month, so there are no more.
 */
export class OwnIssuer extends Construct implements TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly poolId: string;
  /** For programs. */
  readonly clientId: string;
  readonly adminClientId: string;
  readonly tokenUrl: string;

  constructor(scope: Construct, id: string, { name, domain, deletionProtection }: OwnIssuerProps) {
    super(scope, id);
    const pool = new UserPool(this, 'Pool', {
      userPoolName: name,
      selfSignUpEnabled: false,
      accountRecovery: AccountRecovery.NONE,
      passwordPolicy: {
        minLength: 16,
        requireDigits: true,
        requireLowercase: true,
        requireUppercase: true,
        requireSymbols: true,
      },
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      deletionProtection,
    });
    accept(pool, {
      'AwsSolutions-COG8': 'There are no people in the pool whose passwords or devices the plus tier would look after.',
    });
    const known = new Map(
      Object.entries(scopes).map(([scopeName, scopeDescription]) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription }),
      ]),
    );
    const api = pool.addResourceServer('Api', { identifier: scopePrefix, scopes: [...known.values()] });
    const addClient = (name: string, granted: readonly ScopeName[]): string =>
      pool.addClient(name, {
        generateSecret: true,
        oAuth: {
          flows: { clientCredentials: true },
          scopes: granted.map((one) => OAuthScope.resourceServer(api, known.get(one)!)),
        },
        accessTokenValidity: Duration.hours(1),
      }).userPoolClientId;
    const place = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: domain } });
    // Not ProviderURL, which says the same: the emulator of `npm run test:cloud` does not know that attribute.
    this.issuer = `https://${pool.userPoolProviderName}`;
    this.clientId = addClient('Client', programScopes);
    this.adminClientId = addClient('AdminClient', ['admin']);
    this.audience = [this.clientId, this.adminClientId];
    this.poolId = pool.userPoolId;
    this.tokenUrl = `${place.baseUrl()}/oauth2/token`;
  }
}
