import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CST, Lexer, LineCounter, Parser } from 'yaml';
import { makeQuickParser } from '../../../lib/domain/batch/quick-parser.ts';
import { badBatch, goodBatch } from './worked-examples.ts';

/** The quick parser depends on the internals of one version of the package. These tests compare the two. */
const both = (text: string) => {
  const lines = { own: new LineCounter(), packaged: new LineCounter() };
  const { parser, next } = makeQuickParser(lines.own.addNewLine);
  const own: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) own.push(...next(lexeme));
  own.push(...parser.end());
  const reference = new Parser(lines.packaged.addNewLine);
  const packaged: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) packaged.push(...reference.next(lexeme));
  packaged.push(...reference.end());
  return { own: [own, lines.own.lineStarts], packaged: [packaged, lines.packaged.lineStarts] };
};

test.each([
  goodBatch,
  badBatch,
  '%YAML 1.2\n--- # c\na: |\n  b\n\n  c\n...\n',
  '\uFEFF? a\n: b\n- c',
  '{ a: [b, "c", ] }\n---\n>-\n x',
])('the package’s parser gives the same tokens and lines for %j', (text) => {
  const { own, packaged } = both(text);
  expect(own).toEqual(packaged);
});

test('and for any text made of YAML’s special characters', () => {
  const piece = fc.constantFrom(
    'a',
    'b c',
    ': ',
    '- ',
    '? ',
    '\n',
    '\n  ',
    '\t',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '# ',
    '&x ',
    '*x',
    '!t ',
    '|\n',
    '>-\n',
    '---\n',
    '...\n',
    '%Y\n',
    '\uFEFF',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const { own, packaged } = both(pieces.join(''));
      expect(own).toEqual(packaged);
    }),
    { numRuns: 500 },
  );
});
