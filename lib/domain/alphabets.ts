/**
 * What the words of a batch may be made of before they go into names of images, pipelines and clusters, and into the languages
 * of other tools. The patterns mean the same in every dialect of regular expressions, since they are published too.
 */

/** Environments, infrastructures, executors. That one may not be empty is said apart, in words of its own. */
export const plainName = {
  pattern: '^(?:[A-Za-z0-9][A-Za-z0-9._-]*)?$',
  rule: 'is not a plain name: a letter or digit first, then letters, digits, `.`, `_` and `-`',
} as const;

/** Free words, but for the signs that other tools take for the beginning of something to be filled in. */
export const freeWord = {
  pattern: '^[^<>{}$]*$',
  rule: 'has one of `<`, `>`, `{`, `}` and `$`, with which other tools mark what is to be filled in; nothing is filled in here',
} as const;
