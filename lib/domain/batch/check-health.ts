import type { Catalogue, HealthEntry } from '../catalogue/catalogue.ts';
import { serviceEntry } from '../catalogue/resolve.ts';
import type { Draft } from './drafts.ts';
import { type Finding, listed, type Path, quoted } from './findings.ts';
import { issueCodes } from './issues.ts';

/**
 * Health checks that request what the catalogue does not allow for their service. Without a rule, everything is
 * allowed.
 */
export const checkHealth = (
  drafts: readonly Draft[],
  catalogue: Catalogue,
  offsetOf: (path: Path) => number,
): Finding[] =>
  drafts.flatMap((draft) => {
    if (draft.item === undefined) return [];
    const { pillar, service_name, metadata } = draft.item;
    const { health } = serviceEntry(catalogue, pillar, service_name) ?? {};
    const { enabled, path, port } = metadata.health_check;
    if (health === undefined || !enabled) return [];
    const of = `of ${pillar}/${service_name}`;
    const at = (field: string, found: string | number, allowed: readonly (string | number)[]): Finding => {
      const place = [...draft.path, 'metadata', 'health_check', field];
      const shown = typeof found === 'string' ? quoted(found) : found;
      const own = draft.written.metadata as { readonly health_check?: Readonly<Record<string, unknown>> } | undefined;
      const isOwn = own?.health_check?.[field] !== undefined;
      const hint = isOwn ? undefined : 'it comes from the defaults: set one for this deployment';
      const message = `${shown} is not allowed for a health check ${of}; allowed: ${listed(allowed)}`;
      return {
        offset: offsetOf(place),
        path: place,
        code: issueCodes.NotAllowed,
        describe: () => ({ message, hint, found, allowed }),
      };
    };
    return [
      ...(path === undefined || isAllowedPath(path, health) ? [] : [at('path', path, health.paths!)]),
      ...(port === undefined || health.ports?.includes(port) !== false ? [] : [at('port', port, health.ports)]),
    ];
  });

/** An allowed path includes everything below it, segment by segment. */
const isAllowedPath = (path: string, { paths }: HealthEntry): boolean => {
  const asked = path.replace(/\?.*/s, '');
  return (
    paths === undefined || paths.some((one) => asked === one || asked.startsWith(one.endsWith('/') ? one : `${one}/`))
  );
};
