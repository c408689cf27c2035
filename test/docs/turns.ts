/** A turn of phrase to keep out, and what to write instead. */
export interface Turn {
  readonly pattern: RegExp;
  readonly instead: string;
}

const turn = (pattern: RegExp, instead: string): Turn => ({ pattern, instead });

/** Literal, old or inverted English that this project used to write. Each has a plain form. */
export const turns: readonly Turn[] = [
  // Who does it
  turn(/\bwho(m)?ever\b/i, 'anyone who, people who, callers, users, you'),
  turn(/\b(of|to|with|for) whom\b/i, 'who, or name the person'),
  turn(/\bfor (him|her|those|everybody|anybody|one) who\b/i, 'for anyone who, for users who'),
  turn(/\bfor who\b/i, 'for clients that, for anyone who'),
  turn(/\bnone (else|other)\b/i, 'no other, nothing else'),
  turn(/\bfriend and (stranger|foe)\b/i, 'valid and invalid callers'),
  turn(/\bas [a-z]+ [a-z]+ user asked\b/i, 'leave out who asked'),
  turn(/\b(some|no)body's doing\b/i, 'somebody did it'),
  // Telling
  turn(/\b(is|are|was|were|be|been|being) told\b/i, 'the program reports, shows, warns; name who does it'),
  turn(/\btold (of|so|about)\b/i, 'reported'),
  turn(/\btells? (of|so)\b/i, 'reports, describes, says so'),
  turn(/\bspeaks? of\b/i, 'describes, mentions'),
  turn(/\b(is|are) (said|spoken)( of| again| so| as| with| by|\b)/i, 'says, reports, is repeated; name the subject'),
  turn(/\bsaid (again|anew|once more)\b/i, 'repeated'),
  turn(/\bwhat is (said|told|written|meant)\b/i, 'the message, the text'),
  turn(/\bin (his|her|their|its|our) (own )?words\b/i, 'with the original message'),
  turn(/\bwithout a word\b/i, 'silently, with no message'),
  // Where things are
  turn(
    /\bstands? (in(?! for\b)|on|under|there|below|at|beside|among|behind|above|for itself)\b/i,
    'is in, is listed in, exists',
  ),
  turn(/\bwhat (stands|stood|is standing)\b(?! in\b)/i, 'what is deployed, what is there'),
  turn(/\bstood (in(?! for\b)|on|there|at|before)\b/i, 'was in, existed'),
  turn(/\blies? (in|on|beside|below|there|ready)\b/i, 'is in, is next to'),
  turn(/\bput(s|ting)? (aside|right)\b/i, 'moved to …, fixed'),
  turn(/\bat hand\b/i, 'available'),
  turn(/\b(thereof|therein|thereby|wherein|whereby|whereupon|wherefore|hereby|herein|hence)\b/i, 'of it, in it, so'),
  turn(/\blikewise\b/i, 'too, in the same way'),
  // Quantities and comparison
  turn(/\bso (many|much|few|often|large|long|far) (as|at|of|days|seconds|minutes|times)\b/i, 'that many, N, up to N'),
  turn(/\b(at most|no more than|for|in|by|just|only) so (many|much|few|long|often)\b/i, 'at most this many, N'),
  turn(/\band so (many|much|few)\b/i, 'and that many'),
  turn(/\bas good as\b/i, 'almost'),
  turn(/\bas long again\b/i, 'for the same time again'),
  turn(/\bonce and for all\b/i, 'once'),
  turn(/\ball in all\b/i, 'in total'),
  turn(/\bnew by old\b/i, 'new divided by old'),
  // Instead of a noun
  turn(/\b(that|those) of (the|a|an|its|our|your|their|his|another|each|all|every|any|who)\b/i, 'repeat the noun'),
  turn(/\b(is|are|was|were|than|as|and|or|not|by|with) (that|those) of\b/i, 'repeat the noun'),
  turn(/\bof which\b/i, 'whose, or a sentence of its own'),
  turn(/\bthe like\b/i, 'similar ones'),
  turn(/\b(what|which) it is (of|for|about)\b/i, 'say what it is'),
  // Results
  turn(/\b(became|becomes|become) of\b/i, 'what happened to, the outcome of'),
  turn(/\bcame (of|to be)\b/i, 'resulted from, became'),
  turn(/\b(do|does|did) (no|any) harm\b/i, 'is safe, is harmless'),
  turn(/\b(do|does) well\b/i, 'works'),
  turn(/\b(ends?|ended) (other than )?well\b/i, 'succeeded, or: did not succeed'),
  turn(/\b(bring|brings|brought|bringing) (\w+ ){0,4}in order\b/i, 'fix, clean up'),
  turn(/\bin good order\b/i, 'healthy'),
  turn(/\b(heal|heals|healed|healing)\b/i, 'fix, recover'),
  turn(/\b(is|are|was|were) (away|ill)\b/i, 'is unreachable, is down'),
  turn(/\bin vain\b/i, 'without success'),
  turn(/\b(is|are|was|were) borne\b/i, 'is tolerated'),
  turn(/\blearnt (from|of)\b/i, 'learned from'),
  turn(/\bheld against\b/i, 'compared with'),
  turn(/\bhold(s|ing)? (?!does|do|will)[^.;:]{1,40}(?<!counted) against\b/i, 'compare … with'),
  turn(/\bhow (it|he|they|that|this) (does|stands)\b/i, 'its state, how it works'),
  // Again
  turn(/\banew\b/i, 'again, from scratch'),
  turn(/\bonce more\b/i, 'again, one more time'),
  // Inverted order
  turn(/(^|[.!?] )What [^.,;:?]{3,80}, (is|are|was|has|gets|goes|does|stays) /, 'subject, verb, object'),
  turn(/(^|[.!?] )Who [^.,;:?]{3,80}, (is|are|has|gets|sees|finds|may|can) /, 'subject, verb, object'),
  turn(
    /(^|[.!?] )(Not|Never|Nowhere) ([^.,;?]{1,40} )?(is|are|does|do|has|may|can) (it|they|he|we|the|a) /,
    'usual word order',
  ),
  turn(/(^|[.!?] )Of (a|the|an) [^.,;:?|]{3,60} (is|are|has|says|counts)\b/, 'The … has; usual word order'),
  turn(/, whatever (becomes|became|they|it) (\w+ )?(of|is|are|were|be)\b/i, 'regardless of'),
  turn(/\bwhatever the (number|order|time|cause|way)\b/i, 'regardless of the …'),
  turn(/\bhowever (often|many|much|late) (is|are|it|they|may|that)\b/i, 'no matter how …'),
  turn(/\bbe (it|he|they) (a|an|the|on|in)\b/i, 'whether it is'),
  turn(/\bis (to|not to) be (had|seen|found|said|told|asked|read)\b/i, 'you can find; it must be'),
  turn(/\bis of (no|any) use\b/i, 'helps, does not help'),
  turn(/\bhas (yet )?to do with\b/i, 'concerns'),
  turn(/\bnobody (knows|can say|can tell) (of|what|whether|how)\b/i, 'it is not known, is unknown'),
];
