/**
 * The characters allowed in a batch's names, because they end up in image, pipeline and cluster names and in other
 * tools' languages. The patterns are published, so they use only syntax that every regular expression dialect shares.
 */

/** Environments, infrastructures, executors. An empty name is reported separately, with its own message. */
export const plainName = {
  pattern: '^(?:[A-Za-z0-9][A-Za-z0-9._-]*)?$',
  rule: 'is not a plain name: a letter or digit first, then letters, digits, `.`, `_` and `-`',
} as const;

/** Free text, except the characters that other tools read as the start of a placeholder. */
export const freeWord = {
  pattern: '^[^<>{}$]*$',
  rule: 'has one of `<`, `>`, `{`, `}` and `$`, which other tools read as placeholders; Flotilla fills in nothing here',
} as const;
