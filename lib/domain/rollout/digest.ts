import { serviceContainer, startedIn } from './expected-image.ts';
import { parseImage } from './image.ts';
import { isDigest } from './image-version.ts';
import type { Look } from './judgement.ts';
import { hasEnded, nameOf } from './kubernetes-object.ts';
import { evidenceLimit, type KindReport, type Signal } from './signal.ts';

interface Running {
  readonly pod: string;
  readonly container: string;
  readonly digest: string;
}

/**
 * The digest of the service's container in the new revision's pods; undefined if no pod reports one or they differ. A
 * spec that names a digest runs that one: for an index, runtimes may report the image of one platform.
 */
export function digestOf(look: Look): string | undefined {
  const named = namedDigest(look);
  if (named !== undefined) return named;
  const digests = new Set(running(look).map(({ digest }) => digest));
  return digests.size === 1 ? [...digests][0] : undefined;
}

/** A tag moved while pods started, so pods serve different images. That lasts until the pods are recreated. */
export function withDigests(look: Look, report: KindReport): KindReport {
  const all = namedDigest(look) === undefined ? running(look) : [];
  const mixed = mixedSignal(all);
  return mixed === undefined ? report : { ...report, signals: [...report.signals, mixed] };
}

/** A pod that is about to be replaced may stay this long. */
const mixedGrace = 30_000;

function mixedSignal(all: readonly Running[]): Signal | undefined {
  const counts = [...Map.groupBy(all, ({ digest }) => digest)].map(([digest, pods]) => ({ digest, pods }));
  if (counts.length < 2) return undefined;
  const told = counts.map(({ digest, pods }) => `${pods.length} by ${digest}`).join(', ');
  const container = all[0]?.container;
  return {
    key: 'MixedDigests',
    reason: 'MixedDigests',
    message: `the pods of the new revision do not run the same image of container ${container}: ${told}. The tag was moved meanwhile: deploy by a digest or by a fixed tag`,
    grace: mixedGrace,
    evidence: counts.slice(0, evidenceLimit).map(({ digest, pods: [first] }) => ({
      ...{ kind: 'pod', name: first?.pod ?? '', reason: 'MixedDigests', message: `runs ${digest}` },
      ...(container !== undefined && { container }),
    })),
  };
}

const namedDigest = (look: Look): string | undefined => {
  const container = serviceContainer(look);
  return container && parseImage(container.image).digest?.toLowerCase();
};

/**
 * A bare digest may be the digest of the image's configuration (an image loaded instead of pulled). It proves nothing.
 */
function running(look: Look): readonly Running[] {
  const container = serviceContainer(look)?.name;
  if (container === undefined) return [];
  const { kind } = look.workload;
  const endsBySelf = kind === 'job' || kind === 'pod';
  return startedIn(look, container)
    .filter(({ pod }) => endsBySelf || !hasEnded(pod))
    .flatMap(({ pod, image }) => {
      const { repository, digest } = parseImage(image);
      return repository === '' || digest === undefined || !isDigest(digest)
        ? []
        : [{ pod: nameOf(pod), container, digest: digest.toLowerCase() }];
    });
}
