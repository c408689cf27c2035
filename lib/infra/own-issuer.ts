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

/**
 * A Cognito user pool for a stage that names no issuer: without people in it, only a client for programs, which gets a
 * token for its id and secret (client credentials grant). Each client costs money by the month, so there is one.
 */
export class OwnIssuer extends Construct implements TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly poolId: string;
  readonly clientId: string;
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
    const known = Object.entries(scopes).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    );
    const api = pool.addResourceServer('Api', { identifier: scopePrefix, scopes: known });
    const client = pool.addClient('Client', {
      generateSecret: true,
      oAuth: {
        flows: { clientCredentials: true },
        scopes: known.map((one) => OAuthScope.resourceServer(api, one)),
      },
      accessTokenValidity: Duration.hours(1),
    });
    const place = pool.addDomain('Domain', { cognitoDomain: { domainPrefix: domain } });
    // Not ProviderURL, which says the same: the emulator of `npm run test:cloud` does not know that attribute.
    this.issuer = `https://${pool.userPoolProviderName}`;
    this.audience = [client.userPoolClientId];
    this.poolId = pool.userPoolId;
    this.clientId = client.userPoolClientId;
    this.tokenUrl = `${place.baseUrl()}/oauth2/token`;
  }
}
