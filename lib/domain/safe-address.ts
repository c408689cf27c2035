/** Addresses that only this machine can reach. */
export const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';

/** URLs put IPv6 addresses in brackets; everything else does not. */
export const withoutBrackets = (host: string): string => host.replaceAll(/[[\]]/g, '');

/** Whether nobody on the way can read the traffic. Credentials are sent nowhere else. */
export const isSafeForCredentials = (url: string): boolean => {
  const { protocol, hostname = '' } = URL.parse(url) ?? {};
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(withoutBrackets(hostname)));
};
