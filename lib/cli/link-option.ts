import { InvalidArgumentError } from 'commander';
import type { Links } from '../domain/batch/links.ts';

/** `ci=https://…`; collects repeated options. The server checks the address. */
export const linkOption = (text: string, others: Links = {}): Links => {
  const at = text.indexOf('=');
  const [name, address] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (name === '' || address === '')
    throw new InvalidArgumentError('It is NAME=ADDRESS, as ci=https://ci.example.com/runs/17.');
  return { ...others, [name]: address };
};

/** The same options for another command line. */
export const linkWords = (links: Links = {}): readonly string[] =>
  Object.entries(links).flatMap(([name, address]) => ['--link', `${name}=${address}`]);
