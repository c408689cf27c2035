/** Where a server on this machine listens. */
export const defaultUrl = 'http://127.0.0.1:8080';
