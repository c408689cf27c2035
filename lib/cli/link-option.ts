import { InvalidArgumentError } from 'commander';
import type { Links } from '../domain/batch/links.ts';

/** `ci=https://…`, each added to those before it. Whether it is an address that is taken says the server. */
export const linkOption = (text: string, others: Links = {}): Links => {
  const at = text.indexOf('=');
  const [name, address] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (name === '' || address === '')
    throw new InvalidArgumentError('It is NAME=ADDRESS, as ci=https://ci.example.com/runs/17.');
  return { ...others, [name]: address };
};

/** The same options as they can be typed again. */
export const linkWords = (links: Links = {}): readonly string[] =>
  Object.entries(links).flatMap(([name, address]) => ['--link', `${name}=${address}`]);
