import { parseImage, repositoryAsWritten } from './image.ts';

/** Why an image could not be pulled: permanently, or maybe only this time. */
export type PullCause = 'NotFound' | 'Unauthorized' | 'NoSuchRegistry' | 'Passing' | 'Unknown';

/**
 * A registry that is failing, busy or unreachable. Checked first: a runtime with several mirrors quotes all their
 * answers, and one that was unreachable may have the image.
 */
const passing =
  /(?:^|[^\w.:-])(?:429|5\d\d)(?![\w.:-])|time[d -]*out|deadline exceeded|connection (?:reset|refused|closed)|\bEOF\b|TLS handshake|temporar|server misbehaving|too ?many ?requests|rate ?limit|throttl|unavailable|try again/i;

const final: readonly (readonly [PullCause, RegExp])[] = [
  [
    'Unauthorized',
    /unauthorized|denied|forbidden|no basic auth credentials|authentication required|authorization failed/i,
  ],
  ['NotFound', /not found|notfound|manifest unknown|name unknown|does not exist|no such image/i],
];

interface Pull {
  readonly image: string;
  /** The images that ran before the deployment: their registry names are known to be good. */
  readonly before?: readonly string[];
}

/** Reads the kubelet's message. An unclear cause counts as passing: it is `Unknown`. */
export function pullCause(message: string, { image, before = [] }: Pull): PullCause {
  const text = withoutNames(message, image);
  if (passing.test(text)) return 'Passing';
  if (/no such host/i.test(text)) return hasSameRegistry(image, before) ? 'Passing' : 'NoSuchRegistry';
  return final.find(([, words]) => words.test(text))?.[0] ?? 'Unknown';
}

/** A newer kubelet repeats the cause when it backs off. An older one only says that it backs off. */
export const tellsCause = (message: string): boolean => !/^\s*Back-off pulling image (?:"[^"]*"|\S*)\s*$/.test(message);

/** Removes image names and addresses, which may contain any word. */
function withoutNames(message: string, image: string): string {
  const path = repositoryAsWritten(image);
  return [image, path, path.slice(path.indexOf('/') + 1)]
    .filter((name) => name !== '')
    .reduce((text, name) => text.replaceAll(name, ' '), message)
    .replaceAll(/https?:\/\/[^\s"]+/g, ' ');
}

const registryOf = (image: string): string => parseImage(image).repository.split('/')[0] ?? '';

const hasSameRegistry = (image: string, before: readonly string[]): boolean =>
  before.some((one) => registryOf(one) === registryOf(image));
