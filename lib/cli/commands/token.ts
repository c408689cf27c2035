import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { listed } from '../../domain/batch/findings.ts';
import type { Scope } from '../../domain/record/actor.ts';
import { closeOwnFiles, keepToOneself } from '../../local/runtime/own-files.ts';
import { ownName, tokenFiles } from '../../local/tokens/own-token.ts';
import type { TokenBook, TokenEntry } from '../../local/tokens/token-book.ts';
import { tokenName } from '../../local/tokens/token-name.ts';
import { isoTime } from '../../usecases/iso-time.ts';
import { type CommandContext, print } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { fitTable } from '../fit-table.ts';

interface InFolder {
  /** The data folder. */
  readonly data: string;
}

export interface TokenOptions extends InFolder {
  readonly scopes: readonly Scope[];
  readonly groups: readonly string[];
  readonly kind: TokenEntry['kind'];
  /** Milliseconds from now; `never` never expires. */
  readonly expires: number | 'never';
}

/** Creates a token for the server of a data folder. It is shown only now: the server keeps a hash of it. */
export const createToken = async (context: CommandContext, options: TokenOptions, name = ''): Promise<ExitStatus> => {
  if (!tokenName.pattern.test(name)) {
    throw new CommandFailure(exitStatus.usage, [`${JSON.stringify(name)} is no name for a token: ${tokenName.rule}`]);
  }
  const { kind, scopes, groups, expires } = options;
  const now = context.clock.now();
  const entry = {
    name,
    kind,
    scopes,
    groups,
    created_at: now,
    ...(expires === 'never' ? {} : { ends_at: now + expires }),
  };
  return withBook(context, options, (book) => {
    if (name === ownName || book.has(name)) {
      const why =
        name === ownName
          ? 'is reserved for the owner of the data folder. Choose another name.'
          : 'exists already. Revoke it first, or choose another name.';
      throw new CommandFailure(exitStatus.refused, [`The token ${name} ${why}`]);
    }
    const token = book.create(entry);
    if (!context.json)
      context.terminal.error(`The token of ${name}, ${describe(context, entry)}. It is shown only now:`);
    print(context, { ...viewOf(entry), token }, [token]);
    return exitStatus.done;
  });
};

/** Lists the tokens, without their values, which nobody knows. */
export const listTokens = async (context: CommandContext, options: InFolder): Promise<ExitStatus> =>
  withBook(context, options, (book) => {
    const entries = book.list();
    const heads = ['NAME', 'KIND', 'SCOPES', 'GROUPS', 'MADE', 'ENDS'].map((head) => ({ head }));
    const rows = entries.map((entry) => [
      ...[entry.name, entry.kind, entry.scopes.join(','), entry.groups.join(',') || '-'],
      context.times.minute(isoTime(entry.created_at)),
      endOf(context, entry),
    ]);
    print(context, { tokens: entries.map(viewOf) }, fitTable(heads, rows, context.terminal.columns).lines);
    return exitStatus.done;
  });

/** Revokes a token; the server's next request sees it. */
export const revokeToken = async (context: CommandContext, options: InFolder, name = ''): Promise<ExitStatus> =>
  withBook(context, options, (book) => {
    if (!book.revoke(name)) {
      throw new CommandFailure(exitStatus.notFound, [
        `There is no token ${name}; there are ${listed(book.list().map((entry) => entry.name))}.`,
      ]);
    }
    const again = name === ownName ? ' The server makes another at its next start.' : '';
    print(context, { name, revoked: true }, [`The token of ${name} is good for nothing any more.${again}`]);
    return exitStatus.done;
  });

const withBook = async (
  { directory }: Pick<CommandContext, 'directory'>,
  options: InFolder,
  work: (book: TokenBook) => ExitStatus,
): Promise<ExitStatus> => {
  const data = resolve(directory, options.data);
  const path = join(data, tokenFiles.book);
  if (!existsSync(path)) {
    throw new CommandFailure(exitStatus.usage, [
      `No server has kept tokens in ${options.data}. Start it once (flotilla serve), or name its folder with --data.`,
    ]);
  }
  keepToOneself();
  closeOwnFiles(data);
  const { TokenBook } = await import('../../local/tokens/token-book.ts');
  const book = new TokenBook(path);
  try {
    return work(book);
  } finally {
    book.close();
  }
};

const viewOf = ({ created_at, ends_at, ...entry }: TokenEntry) => ({
  ...entry,
  created_at: isoTime(created_at),
  ...(ends_at === undefined ? {} : { ends_at: isoTime(ends_at) }),
});

const describe = (context: CommandContext, entry: TokenEntry): string =>
  `a ${entry.kind} with ${entry.scopes.join(', ')}, until ${endOf(context, entry)}`;

const endOf = ({ times, clock }: Pick<CommandContext, 'times' | 'clock'>, { ends_at }: TokenEntry): string => {
  if (ends_at === undefined) return 'never';
  return ends_at <= clock.now() ? 'ended' : times.minute(isoTime(ends_at));
};
