import { isMapping } from './mapping.ts';

/** Top-level keys that Flotilla ignores. People put anchors there. */
export const extensionPattern = '^x-';

const isExtension = (key: string): boolean => key.startsWith('x-');

/** A document's root without its `x-` keys. */
export const withoutExtensions = (root: unknown): unknown => {
  if (!isMapping(root) || !Object.keys(root).some(isExtension)) return root;
  return Object.fromEntries(Object.entries(root).filter(([key]) => !isExtension(key)));
};
