const secretName = /(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD)$/i;
const pathName = /(?:PATH|HOME|DIR|_FILE|PRELOAD)$/i;
/** From the root, the home folder or here. A plus is more likely part of a base64 secret. */
const path = /^(?:~|\.{0,2}(?=\/))[\w./~%-]*$|^\\[\w.\\~%-]*$/;
/** A file extension is short; the last part of a token is not. */
const fileName = /^[\w./-]*[\w-]\.[a-z][a-z0-9]{0,4}$/i;
/** An address may contain a secret anywhere, so it is one part; otherwise parts are in a list or after an option. */
const parts = /(?!file:)\b[a-z][a-z0-9+.-]*:\/\/[^\s;,]*|[^\s=:;,]+/gi;

/**
 * What is shown of a program's variable: paths and file names, since they may decide what runs. Everything else is `…`,
 * since it may be secret.
 */
export const shownValue = (name: string, value: string): string => {
  if (secretName.test(name)) return hidden;
  const shown = value.replaceAll(parts, (part) => (isShown(name, part) ? part : hidden));
  return /[^\s=:;,…]/.test(shown) ? shown : hidden;
};

const hidden = '…';

const isShown = (name: string, part: string): boolean =>
  !/^\w[\w+.-]*:\/\//.test(part) && (pathName.test(name) || path.test(part) || fileName.test(part));
