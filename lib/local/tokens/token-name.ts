/** By which events call whoever has a token of a server on one machine. */
export const tokenName = {
  pattern: /^[a-z0-9][a-z0-9._@-]{0,63}$/i,
  rule: 'it takes letters, digits and . _ @ -, 64 at most.',
} as const;
