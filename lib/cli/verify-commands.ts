import { type Command, InvalidArgumentError } from 'commander';
import type { AnchorsEnd } from '../domain/record/check-anchors.ts';
import type { Making } from './hold-commands.ts';

/** `verify` and `verify-history`. */
export const addVerifyCommands = ({ add, act }: Making): void => {
  const verifying = (command: Command): Command =>
    command
      .option('--key <fingerprint>', 'a key that may have signed the anchors; several times for several', oneMore)
      .option('--end <anchor>', 'the last anchor of an earlier check, NUMBER:HASH: it must be there still', anchorsEnd)
      .option('--anchors <folder>', 'read the anchors from a copy of their bucket, not from the server');
  verifying(add('verify [id]', 'check that the record is as it was written: events, feeds, ends and batches')).action(
    act(async () => (await import('./commands/verify.ts')).verify),
  );
  verifying(
    add(
      'verify-history <id>',
      'check one batch like verify, and that its feed leads, step by step, to its current state',
    ),
  ).action(act(async () => (await import('./commands/verify-history.ts')).verifyHistory));
};

/** SHA-256 in hexadecimal digits. */
const sha256 = /^[0-9a-f]{64}$/;

const oneMore = (text: string, others: readonly string[] = []): readonly string[] => {
  if (sha256.test(text)) return [...others, text];
  throw new InvalidArgumentError('A fingerprint has 64 hexadecimal digits, as the command prints it.');
};

const anchorsEnd = (text: string): AnchorsEnd => {
  const [sequence = '', hash = ''] = text.split(':');
  if (/^[1-9]\d{0,8}$/.test(sequence) && sha256.test(hash)) return { sequence: Number(sequence), hash };
  throw new InvalidArgumentError('It is NUMBER:HASH, as the command prints it.');
};
