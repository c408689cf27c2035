import type { Finding, Path } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import type { YamlText } from '../batch/read-yaml.ts';
import type { Json } from '../json.ts';

/** How many characters the values of one text may have with all aliases expanded. */
export interface Room {
  left: number;
}

interface Copying {
  readonly yaml: YamlText;
  readonly text: string;
  readonly room: Room;
  readonly findings: Finding[];
}

/**
 * JSON values with all aliases expanded. Where YAML readers disagree, reads like the Kubernetes tools (a number with a
 * leading 0 is octal). Refuses words that those tools read as yes or no and this reader reads as a string.
 */
export const plainValue = (
  yaml: YamlText,
  text: string,
  room: Room,
): { readonly value: Json; readonly findings: readonly Finding[] } => {
  const copying: Copying = { yaml, text, room, findings: [] };
  const value = copy(copying, yaml.root, []);
  return { value, findings: copying.findings };
};

const copy = (copying: Copying, value: unknown, path: Path): Json => {
  const { room } = copying;
  room.left -= 2;
  if (room.left < 0) return null;
  if (typeof value === 'string') return copyText(copying, value, path);
  if (typeof value === 'number') return copyNumber(copying, value, path);
  if (typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map((one, at) => copy(copying, one, [...path, at]));
  if (typeof value !== 'object') return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      room.left -= key.length;
      if (key === '__proto__') report(copying, [...path, key], 'is not a valid field name', 'remove it');
      return [key, copy(copying, one, [...path, key])];
    }),
  );
};

const report = ({ yaml, findings }: Copying, path: Path, message: string, hint: string): void => {
  findings.push({ offset: yaml.offsetOf(path), path, code: issueCodes.BadFormat, describe: () => ({ message, hint }) });
};

/** YAML 1.1 words, as `kubectl` reads them, that are strings in YAML 1.2. */
const oldWords = /^(?:y|n|yes|no|on|off)$/i;
const oldNumber = /^[-+]?[0-9][0-9_]*_[0-9_]*$/;

const copyText = (copying: Copying, value: string, path: Path): Json => {
  copying.room.left -= value.length;
  const isOld = value.length <= 24 && (oldWords.test(value) || oldNumber.test(value));
  if (!isOld || !isPlain(copying, path)) return value;
  const meant = oldWords.test(value) ? String(/^(?:y|yes|on)$/i.test(value)) : value.replaceAll('_', '');
  report(
    copying,
    path,
    `${value} is read as ${meant} by the Kubernetes tools`,
    `write ${meant}, or "${value}" in quotes`,
  );
  return value;
};

const isPlain = ({ yaml, text }: Copying, path: Path): boolean => !/["'|>]/.test(text[yaml.offsetOf(path)] ?? '"');

const copyNumber = (copying: Copying, value: number, path: Path): Json => {
  const source = copying.yaml.sourceOf(path) ?? '';
  if (/^[-+]?0[0-7]+$/.test(source)) return Number.parseInt(source, 8);
  if (!Number.isFinite(value))
    report(copying, path, `${source} is not a JSON number`, 'write a number, or put it in quotes');
  else if (/^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value))
    report(copying, path, `${source} is too large to be read exactly`, `write "${source}" in quotes if it is a string`);
  return Number.isFinite(value) ? value : null;
};
