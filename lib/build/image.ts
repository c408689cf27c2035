import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  copyNode,
  copyProgram,
  imageData,
  imageProgram,
  imageUser,
  settle,
  unpackDebian,
  writeCertificates,
  writeUsers,
} from './image-files.ts';
import { writePackage } from './npm-package.ts';

/** Its layout is in this folder below `dist`, and its tag is the version. */
export const layoutName = 'image';

/** The time of everything in the image: `SOURCE_DATE_EPOCH`, or the time of the commit. */
const secondsOf = (root: string, env: NodeJS.ProcessEnv): number =>
  Number(
    env.SOURCE_DATE_EPOCH ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim(),
  );

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

interface Image {
  readonly layout: string;
  readonly version: string;
  readonly seconds: number;
}

const configFlags = ({ version }: Image): readonly string[] => [
  ...['--os', 'linux', '--architecture', architectures[process.arch] ?? process.arch],
  ...['--config.user', `${imageUser.id}:${imageUser.id}`, '--config.workingdir', imageData],
  ...['--config.entrypoint', '/usr/bin/node', '--config.entrypoint', `${imageProgram}/bin/flotilla.js`],
  ...['serve', '--host', '0.0.0.0', '--data', imageData].flatMap((word) => ['--config.cmd', word]),
  ...['--config.exposedports', '8080/tcp', '--config.volume', imageData, '--config.stopsignal', 'SIGTERM'],
  ...['--config.env', 'PATH=/usr/bin', '--config.env', `HOME=${imageData}`],
  ...['--config.env', 'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt'],
  ...['--config.label', `org.opencontainers.image.version=${version}`],
  ...['--config.label', 'org.opencontainers.image.title=flotilla'],
  ...['--config.label', 'org.opencontainers.image.licenses=Apache-2.0'],
];

/** Puts layers into a new layout, the one that changes least first. */
const writeLayout = (image: Image, layers: readonly string[]): void => {
  const { layout, version, seconds } = image;
  const umoci = (...args: readonly string[]): void => void execFileSync('umoci', args, { stdio: 'inherit' });
  const at = new Date(seconds * 1000).toISOString();
  const target = ['--image', `${layout}:${version}`];
  rmSync(layout, { recursive: true, force: true });
  umoci('init', '--layout', layout);
  umoci('new', ...target);
  for (const layer of layers) umoci('insert', ...target, '--history.created', at, layer, '/');
  umoci('config', ...target, '--created', at, '--history.created', at, ...configFlags(image));
  umoci('gc', '--layout', layout);
};

/** Builds the image as an OCI layout. Needs Debian's apt-get, dpkg-deb and umoci, and root for the owner of the data. */
export const buildImage = async (root: string, folder: string): Promise<string> => {
  const seconds = secondsOf(root, process.env);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const parts = join(folder, `${layoutName}-parts`);
  const [debian, node, program] = ['debian', 'node', 'program'].map((name) => join(parts, name)) as [
    ...[string, string, string],
  ];
  rmSync(parts, { recursive: true, force: true });
  for (const part of [debian, node, program]) mkdirSync(part, { recursive: true, mode: 0o755 });
  const packages = unpackDebian(join(parts, 'packages'), debian);
  writeCertificates(debian);
  writeUsers(debian);
  copyNode(root, node);
  await writePackage(root, join(parts, 'package'));
  copyProgram(join(parts, 'package'), program);
  for (const part of [debian, node, program]) settle(part, seconds);
  const layout = join(folder, layoutName);
  writeLayout({ layout, version, seconds }, [debian, node, program]);
  writeFileSync(join(folder, `${layoutName}-packages.txt`), `${packages.join('\n')}\n`);
  rmSync(parts, { recursive: true });
  return `${layout}:${version}`;
};

if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..');
  console.log(await buildImage(root, join(root, 'dist')));
}
