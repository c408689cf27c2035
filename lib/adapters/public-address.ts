import { lookup } from 'node:dns/promises';

/** A host's addresses. */
export type LookUp = (host: string) => Promise<readonly string[]>;

export const lookUpHost: LookUp = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/**
 * Addresses of this machine itself, or of services that its host provides. A repository is never there, and a service
 * there answers anybody who can reach it. Addresses of a company's own network are allowed: they may be intended.
 */
const own = /^(?:0\.|127\.|169\.254\.|2(?:2[4-9]|[345]\d)\.|::1?$|::ffff:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|fd00:ec2:)/i;

/** Why a URL may not be fetched; undefined if it may. */
export const addressProblem = async (url: string, lookUp: LookUp = lookUpHost): Promise<string | undefined> => {
  const { protocol, hostname = '' } = URL.parse(url) ?? {};
  if (protocol !== 'https:') return 'it is asked by HTTPS only';
  const addresses = await lookUp(hostname.replaceAll(/[[\]]/g, '')).catch(() => undefined);
  if (addresses === undefined || addresses.length === 0) return `the host ${hostname} cannot be looked up`;
  return addresses.some((one) => own.test(one)) ? `${hostname} is an address of this machine itself` : undefined;
};
