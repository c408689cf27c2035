import { type Anchor, anchorHash, anchorText, fingerprintOf, isSigned } from './anchor.ts';
import type { Finding } from './finding.ts';

/** What the checker knows from elsewhere. */
export interface Known {
  /** Fingerprints of the keys that may have signed. Without them, any key may, but the same one for all. */
  readonly keys?: readonly string[];
  /** The end of the anchors at an earlier check. */
  readonly end?: AnchorsEnd | undefined;
}

/** The last anchor. Keeping these two values reveals later whether anchors were removed. */
export interface AnchorsEnd {
  readonly sequence: number;
  readonly hash: string;
}

export const endOf = (anchors: readonly Anchor[]): AnchorsEnd | undefined => {
  const last = anchors.at(-1);
  return last === undefined ? undefined : { sequence: last.sequence, hash: anchorHash(anchorText(last)) };
};

/**
 * Checks all anchors in the order of their sequence: each is signed, chained to the previous one, and none is missing.
 */
export const checkAnchors = (anchors: readonly Anchor[], known: Known = {}): readonly Finding[] => [
  ...anchors.flatMap((anchor, at) => [...checkPlace(anchor, anchors[at - 1]), ...checkKey(anchor, anchors, known)]),
  ...checkKnownEnd(anchors, known.end),
];

const checkPlace = (anchor: Anchor, before: Anchor | undefined): readonly Finding[] => {
  const missing = anchor.sequence - (before?.sequence ?? 0) - 1;
  if (missing > 0) {
    const which =
      missing === 1 ? `anchor ${anchor.sequence - 1} is` : `${missing} anchors up to ${anchor.sequence - 1} are`;
    return [{ reason: 'AnchorMissing', anchor: anchor.sequence - 1, message: `${which} missing.` }];
  }
  if (anchor.previous === (before === undefined ? undefined : anchorHash(anchorText(before)))) return [];
  const { sequence = anchor.sequence } = before ?? {};
  const message = `Anchor ${sequence} is not the one that anchor ${anchor.sequence} was chained to.`;
  return [{ reason: 'AnchorChanged', anchor: sequence, message }];
};

const checkKey = (anchor: Anchor, [first]: readonly Anchor[], { keys = [] }: Known): readonly Finding[] => {
  const { sequence, batch_id } = anchor;
  const about = { anchor: sequence, batch_id };
  if (!isSigned(anchor)) {
    const message = `Anchor ${sequence} was not signed by the key that it names.`;
    return [{ reason: 'AnchorForged', ...about, message }];
  }
  const fingerprint = fingerprintOf(anchor.public_key);
  const trusted = keys.length > 0 ? keys : [fingerprintOf(first!.public_key)];
  if (trusted.includes(fingerprint)) return [];
  return [{ reason: 'KeyUnknown', ...about, message: `Anchor ${sequence} was signed by the key ${fingerprint}.` }];
};

const checkKnownEnd = (anchors: readonly Anchor[], end: AnchorsEnd | undefined): readonly Finding[] => {
  if (end === undefined) return [];
  const there = anchors.find(({ sequence }) => sequence === end.sequence);
  if (there === undefined) {
    const message = `Anchor ${end.sequence}, the last one you know, is missing.`;
    return [{ reason: 'AnchorMissing', anchor: end.sequence, message }];
  }
  if (anchorHash(anchorText(there)) === end.hash) return [];
  const message = `Anchor ${end.sequence} has a different hash than the one you know.`;
  return [{ reason: 'AnchorChanged', anchor: end.sequence, message }];
};
