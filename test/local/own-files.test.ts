import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { closeOwnFiles } from '../../lib/local/runtime/own-files.ts';

/** A data folder as an earlier version left it under the usual umask. */
const makeData = (): string => {
  const outermost = mkdtempSync(join(tmpdir(), 'flotilla-own-files-'));
  onTestFinished(() => rmSync(outermost, { recursive: true }));
  const data = join(outermost, 'data');
  for (const folder of ['', 'documents', 'uploads', 'simulators']) makeFolder(join(data, folder));
  for (const file of ['flotilla.db', 'flotilla.db-wal', 'engine.db', 'simulators/harness.db', 'notes.txt'])
    makeFile(join(data, file));
  return data;
};

const makeFolder = (path: string): void => {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
};
const makeFile = (path: string): void => {
  writeFileSync(path, '');
  chmodSync(path, 0o644);
};
const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

describe.skipIf(process.geteuid === undefined)('the files of the data folder', () => {
  test('that others could read are closed, and reported; foreign files stay as they are', () => {
    const data = makeData();
    const ours = ['', 'documents', 'uploads', 'simulators', 'flotilla.db', 'flotilla.db-wal', 'engine.db'];
    const all = [...ours, 'simulators/harness.db'].map((name) => join(data, name));
    expect(closeOwnFiles(data).toSorted()).toEqual(all.toSorted());
    expect(all.map(modeOf)).toEqual(['700', '700', '700', '700', '600', '600', '600', '600']);
    expect(modeOf(join(data, 'notes.txt'))).toBe('644');
    expect(closeOwnFiles(data)).toEqual([]);
  });

  test.each<[string, string, (path: string) => void, RegExp]>([
    [
      'a folder that others may write',
      '',
      (path) => chmodSync(path, 0o775),
      /could be written by others \(mode 0775\); .*: chmod -R go-rwx '.*data'\.$/,
    ],
    ['a database that others may write', 'flotilla.db', (path) => chmodSync(path, 0o646), /could be .*\(mode 0646\)/],
    [
      'a link for a database',
      'engine.db',
      (path) => {
        rmSync(path);
        symlinkSync('flotilla.db', path);
      },
      /engine\.db is a link; /,
    ],
    [
      'a link for a folder',
      'documents',
      (path) => {
        rmSync(path, { recursive: true });
        symlinkSync('uploads', path);
      },
      /documents is a link; /,
    ],
    [
      'a folder for the state of a simulator',
      'simulators/harness.db',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
      /harness\.db is no file, and a file belongs there\.$/,
    ],
  ])('%s is refused by name', (_, name, spoil, told) => {
    const data = makeData();
    spoil(join(data, name));
    expect(() => closeOwnFiles(data)).toThrow(expect.objectContaining({ name: 'ConfigurationInvalid' }));
    expect(() => closeOwnFiles(data)).toThrow(told);
    // A refusal changes nothing.
    expect(modeOf(join(data, 'uploads'))).toBe('755');
  });

  test('refuses a link for the data folder', () => {
    const data = makeData();
    symlinkSync(data, `${data}-link`);
    expect(() => closeOwnFiles(`${data}-link`)).toThrow(/data-link is a link; name what it leads to/);
  });

  test('refuses all files of another user at once', () => {
    const [data, user] = [makeData(), process.geteuid!()];
    const asking = vi.spyOn(process, 'geteuid').mockReturnValue(user + 1);
    onTestFinished(() => asking.mockRestore());
    expect(() => closeOwnFiles(data)).toThrow(
      new RegExp(`data belongs to user ${user}, and this is user ${user + 1}; .*\\n.*documents belongs to`),
    );
  });
});
