import { describe, expect, it } from 'vitest';
import { shownHealthAddress } from '../../../lib/domain/health/health-address.ts';
import type { HealthRequest } from '../../../lib/domain/ports.ts';

const request: HealthRequest = {
  workload: { kind: 'deployment', name: 'limit-check', namespace: 'risk' },
  path: '/ready',
  timeoutMilliseconds: 5_000,
};
const service = '/api/v1/namespaces/risk/services/limit-check';

describe('the address of a health check as shown', () => {
  it.each<readonly [string, Partial<HealthRequest>, string]>([
    ['goes through the API server', { port: 8080 }, `${service}:8080/proxy/ready on cluster eu-1`],
    ['without a port', {}, `${service}/proxy/ready on cluster eu-1`],
    ['hides a query', { path: '/ready?token=s3cret' }, `${service}/proxy/ready on cluster eu-1`],
    ['and a path that no batch may have', { path: '/ready#s3cret' }, `${service}/proxy/ on cluster eu-1`],
    ['and a path that leads out of the service', { path: '/../../s3cret' }, `${service}/proxy/ on cluster eu-1`],
    ['is a URL in the catalogue', { url: 'https://limits.example.com/ready' }, 'https://limits.example.com/ready'],
    [
      'without its credentials',
      { url: 'https://me:s3cret@a.example:8443/ready?k=s3cret' },
      'https://a.example:8443/ready',
    ],
    ['or says that it is invalid', { url: 'limits of s3cret' }, 'an invalid address'],
  ])('%s', (_, part, shown) => {
    expect(shownHealthAddress({ ...request, ...part }, 'eu-1')).toBe(shown);
  });
});
