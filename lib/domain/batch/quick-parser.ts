import { Composer, CST, Parser } from 'yaml';

/** The inner state of yaml 2.9's Parser that its `next` works on. */
interface ParserState {
  source: string;
  type: CST.TokenType;
  offset: number;
  indent: number;
  atNewLine: boolean;
  atScalar: boolean;
  readonly onNewLine?: (offset: number) => void;
  step(): Generator<CST.Token, void>;
  pop(error: CST.Token): Generator<CST.Token, void>;
}

/**
 * yaml's Parser without its two costs per lexeme. `Parser.next` reads process.env.LOG_TOKENS, which is a call out of
 * JavaScript, and creates a generator even if there is nothing to do. A batch of 10,000 deployments has 1.2 million
 * lexemes: this saves a third of its reading time. A test compares the two, for the day the package changes.
 */
export const makeQuickParser = (onNewLine: (offset: number) => void) => {
  const parser = new Parser(onNewLine);
  const state = parser as unknown as ParserState;
  return { parser, next: (lexeme: string): readonly CST.Token[] => advance(state, lexeme) };
};

const none: readonly CST.Token[] = [];

/** The tokens of a step: nearly always none, because a document is one token. */
const finished = (step: Generator<CST.Token, void>): readonly CST.Token[] => {
  const first = step.next();
  return first.done === true ? none : [first.value, ...step];
};

const advance = (state: ParserState, source: string): readonly CST.Token[] => {
  state.source = source;
  if (state.atScalar) {
    state.atScalar = false;
    const tokens = finished(state.step());
    state.offset += source.length;
    return tokens;
  }
  const type = CST.tokenType(source);
  if (type === 'scalar') {
    state.atNewLine = false;
    state.atScalar = true;
    state.type = 'scalar';
    return none;
  }
  return type === null ? notAToken(state, source) : advanceBy(state, type, source);
};

const notAToken = (state: ParserState, source: string): readonly CST.Token[] => {
  const error: CST.Token = { type: 'error', offset: state.offset, message: 'this is not YAML', source };
  const tokens = finished(state.pop(error));
  state.offset += source.length;
  return tokens;
};

const advanceBy = (state: ParserState, type: CST.TokenType, source: string): readonly CST.Token[] => {
  state.type = type;
  const tokens = finished(state.step());
  switch (type) {
    case 'newline':
      state.atNewLine = true;
      state.indent = 0;
      state.onNewLine?.(state.offset + source.length);
      break;
    case 'space':
      if (state.atNewLine && source[0] === ' ') state.indent += source.length;
      break;
    case 'explicit-key-ind':
    case 'map-value-ind':
    case 'seq-item-ind':
      if (state.atNewLine) state.indent += source.length;
      break;
    case 'doc-mode':
    case 'flow-error-end':
      return tokens;
    default:
      state.atNewLine = false;
  }
  state.offset += source.length;
  return tokens;
};

type ReportError = (...report: readonly unknown[]) => void;

/** Thrown to leave the composer; it has no other use. */
class EnoughErrors extends Error {}

/**
 * Composes tokens into the first document. Stops at `limit` errors: each costs 14 microseconds, and a text of only
 * quotes has two million.
 */
export const composeWithin = (
  tokens: readonly CST.Token[],
  end: number,
  limit: number,
): {
  readonly document: ReturnType<typeof firstDocument>;
  readonly errors: ReturnType<Composer['streamInfo']>['errors'];
} => {
  // Keys are compared when values are located. The library compares each with each, which takes minutes for a long
  // mapping.
  const composer = new Composer({ uniqueKeys: false, stringKeys: true, logLevel: 'silent' });
  const state = composer as unknown as { onError: ReportError };
  const report = state.onError;
  let count = 0;
  state.onError = (...error) => {
    // Rethrown at every level on the way out, because the composer catches and reports what is thrown inside a
    // collection.
    if (count >= limit) throw new EnoughErrors();
    count += 1;
    report(...error);
  };
  try {
    const document = firstDocument(composer, tokens, end);
    return { document, errors: [...(document?.errors ?? []), ...(document?.warnings ?? [])] };
  } catch (error) {
    if (!(error instanceof EnoughErrors)) throw error;
    const { errors, warnings } = composer.streamInfo();
    return { document: undefined, errors: [...errors, ...warnings] };
  }
};

const firstDocument = (composer: Composer, tokens: readonly CST.Token[], end: number) =>
  [...composer.compose(tokens, true, end)][0];
