import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** What Node needs of Debian, what says which Debian it is, certificates and time zones. */
export const debianPackages: readonly string[] = [
  ...['base-files', 'ca-certificates', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6', 'tzdata'],
];

/** Who the program is in the image. It is not in the password file of any host. */
export const imageUser = { name: 'flotilla', id: 10_001 } as const;

/** Where the data is, and the only place that this user can write to besides /tmp. */
export const imageData = '/var/lib/flotilla';

/** Where the program is. */
export const imageProgram = '/usr/lib/flotilla';

/** Node uses none of it, and it is most of what these packages bring. */
const leftOut = [
  ...['usr/share/{man,info,locale,lintian,bug,doc-base}', 'usr/share/doc/*/!(copyright)', 'usr/sbin', 'sbin'],
  ...['usr/lib/*/gconv', 'usr/lib/*/audit', 'usr/lib/locale', 'usr/lib/gcc', 'usr/bin/*'],
];

/** Downloads Debian's packages, which apt checks, and unpacks them. Gives the files' names, which have the versions. */
export const unpackDebian = (packages: string, folder: string): readonly string[] => {
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  execFileSync('apt-get', ['download', '-qq', ...debianPackages], {
    cwd: packages,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const files = readdirSync(packages).sort();
  for (const file of files) execFileSync('dpkg-deb', ['-x', join(packages, file), folder]);
  for (const path of globSync(leftOut, { cwd: folder })) rmSync(join(folder, path), { recursive: true, force: true });
  return files;
};

const write = (folder: string, path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** The certificates in one file, where OpenSSL looks for it. */
export const writeCertificates = (folder: string): void => {
  const path = 'usr/share/ca-certificates/mozilla';
  const files = readdirSync(join(folder, path)).sort();
  const texts = files.map((file) => readFileSync(join(folder, path, file), 'utf8').trimEnd());
  write(folder, 'etc/ssl/certs/ca-certificates.crt', `${texts.join('\n')}\n`);
};

/** The two users there are: nobody logs in. */
export const writeUsers = (folder: string): void => {
  const { name, id } = imageUser;
  write(
    folder,
    'etc/passwd',
    `root:x:0:0:root:/root:/sbin/nologin\n${name}:x:${id}:${id}::${imageData}:/sbin/nologin\n`,
  );
  write(folder, 'etc/group', `root:x:0:\n${name}:x:${id}:\n`);
  write(folder, 'etc/nsswitch.conf', 'hosts: files dns\n');
};

/** Node as npm has installed it here; npm has checked its hash in the lock file. */
export const copyNode = (root: string, folder: string): void => {
  const from = join(root, 'node_modules', `node-linux-${process.arch}`);
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  mkdirSync(join(folder, 'usr/share/doc/node'), { recursive: true });
  copyFileSync(join(from, 'bin/node'), join(folder, 'usr/bin/node'));
  copyFileSync(join(from, 'LICENSE'), join(folder, 'usr/share/doc/node/copyright'));
  chmodSync(join(folder, 'usr/bin/node'), 0o755);
};

/** The package, the command, and the folder of the data. */
export const copyProgram = (content: string, folder: string): void => {
  cpSync(content, join(folder, imageProgram), { recursive: true });
  mkdirSync(join(folder, 'usr/bin'), { recursive: true });
  symlinkSync(`..${imageProgram.slice('/usr'.length)}/bin/flotilla.js`, join(folder, 'usr/bin/flotilla'));
  mkdirSync(join(folder, imageData), { recursive: true });
};

const everythingIn = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path))
    : [];

/** The same times and rights everywhere, so that the same files make the same image. */
export const settle = (folder: string, seconds: number): void => {
  const data = join(folder, imageData);
  if (existsSync(data)) chownSync(data, imageUser.id, imageUser.id);
  if (existsSync(data)) chmodSync(data, 0o700);
  for (const path of everythingIn(join(folder, imageProgram))) {
    const { mode } = lstatSync(path);
    chmodSync(path, (mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  for (const path of [...everythingIn(folder), folder]) lutimesSync(path, seconds, seconds);
};
