import { isMapping } from './mapping.ts';

/** What one entry of `dependencies` asks for. */
export interface WrittenDependency {
  /** `service` or `pillar/service`. */
  readonly name: string;
  /** Only the deployment there. */
  readonly infrastructure?: string;
  /** Only the deployment on the dependent's own infrastructure. */
  readonly isSame: boolean;
}

/** Undefined if the schema rejects the entry. */
export const readDependency = (written: unknown): WrittenDependency | undefined => {
  const { key, same_infrastructure: same } = isMapping(written)
    ? written
    : { key: written, same_infrastructure: undefined };
  if (typeof key !== 'string' || key === '') return undefined;
  const at = key.indexOf('@');
  const isSame = same === true;
  return at === -1 ? { name: key, isSame } : { name: key.slice(0, at), infrastructure: key.slice(at + 1), isSame };
};
