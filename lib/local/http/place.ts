/** Addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';

const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a request calls a server that listens on loopback by a name of this machine. A page may own any other (DNS rebinding). */
export const isOwnHost = (host = ''): boolean => loopbackNames.includes(host.replace(/:\d+$/, ''));
