/** Addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';

/** A URL writes an IPv6 address in brackets, and everybody else without. */
export const withoutBrackets = (host: string): string => host.replaceAll(/[[\]]/g, '');

/** Whether nobody on the way can read what goes there. What carries a credential goes nowhere else. */
export const isSafeForCredentials = (url: string): boolean => {
  const { protocol, hostname = '' } = URL.parse(url) ?? {};
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(withoutBrackets(hostname)));
};
