import type { Path } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import type { Mapping } from '../batch/mapping.ts';
import { isMapping } from '../batch/mapping.ts';
import { describeManifestIssue } from '../manifests/manifest-object.ts';
import { parseManifests } from '../manifests/parse-manifests.ts';
import type { WrittenServices } from './configuration-schema.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import type { ConfigurationText } from './configuration-text.ts';

/** Reports at most this many problems per file: with more, a linter helps better. */
const mostTold = 20;

/** Reads and checks a service's manifests beside the configuration. Returns their text. */
export const readServiceManifests = (
  entry: Mapping,
  path: Path,
  { text, sources }: { readonly text: ConfigurationText; readonly sources: ConfigurationSources },
): string | undefined => {
  const written = isMapping(entry.kubernetes) ? entry.kubernetes.manifests : undefined;
  if (typeof written !== 'string' || written === '') return undefined;
  const here = [...path, 'kubernetes', 'manifests'];
  const read = (sources.readManifests ?? sources.readFile)(written);
  if (typeof read !== 'string') {
    const why = read === undefined ? 'there is no such file or folder' : read.why;
    const hint = 'a relative path counts from the folder of the configuration';
    text.report(here, issueCodes.FileUnreadable, { message: `cannot be read: ${why}`, hint });
    return undefined;
  }
  const { issues } = parseManifests(read);
  const told = issues.slice(0, mostTold).map(describeManifestIssue);
  const more = issues.length > told.length ? [`and ${issues.length - told.length} more`] : [];
  if (issues.length > 0) text.report(here, issueCodes.BadFormat, { message: [...told, ...more].join('; ') });
  return read;
};

/** The services with texts in place of paths. */
export const withManifestTexts = (services: WrittenServices, texts: ReadonlyMap<string, string>): WrittenServices =>
  texts.size === 0
    ? services
    : Object.fromEntries(
        Object.entries(services).map(([pillar, ofPillar]) => [
          pillar,
          Object.fromEntries(
            Object.entries(ofPillar).map(([name, entry]) => {
              const manifests = texts.get(`${pillar}/${name}`);
              return [
                name,
                manifests === undefined ? entry : { ...entry, kubernetes: { ...entry.kubernetes, manifests } },
              ];
            }),
          ),
        ]),
      );
