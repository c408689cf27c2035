/** How events name the holder of a token, on one machine. */
export const tokenName = {
  pattern: /^[a-z0-9][a-z0-9._@-]{0,63}$/i,
  rule: 'it takes letters, digits and . _ @ -, 64 at most.',
} as const;
