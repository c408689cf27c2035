const secretName = /(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD)$/i;
const pathName = /(?:PATH|HOME|DIR|_FILE|PRELOAD)$/i;
/** From the root, the home or here. A plus is more often of a secret in base64. */
const path = /^(?:~|\.{0,2}(?=\/))[\w./~%-]*$|^\\[\w.\\~%-]*$/;
/** An ending is short; the last part of a token is not. */
const fileName = /^[\w./-]*[\w-]\.[a-z][a-z0-9]{0,4}$/i;
/** An address may hold a secret anywhere, so it is one part; else parts stand in a list or behind an option. */
const parts = /(?!file:)\b[a-z][a-z0-9+.-]*:\/\/[^\s;,]*|[^\s=:;,]+/gi;

/**
 * What is shown of a variable that a program gets: paths and names of files, since they may decide what runs. All else is `…`,
 * since it may be a secret.
 */
export const shownValue = (name: string, value: string): string => {
  if (secretName.test(name)) return hidden;
  const shown = value.replaceAll(parts, (part) => (isShown(name, part) ? part : hidden));
  return /[^\s=:;,…]/.test(shown) ? shown : hidden;
};

const hidden = '…';

const isShown = (name: string, part: string): boolean =>
  !/^\w[\w+.-]*:\/\//.test(part) && (pathName.test(name) || path.test(part) || fileName.test(part));
