import { CsvError, parse } from 'csv-parse/sync';
import { maxDeployments } from '../domain/batch/schema.ts';
import type { TableField, TableRecord } from '../domain/init/table-row.ts';

/** What one record may have; anything longer is no table. */
const mostCharacters = 100_000;

const tooLong = `the line has more than ${mostCharacters} characters`;

/** The header, as many rows as a batch takes, and one too many. */
const mostRecords = maxDeployments + 2;

const delimiters = [',', ';', '\t'] as const;

/** Excel names the separator in a line of its own. */
const ofExcel = /^sep=[,;\t]\n/i;

/** The one that the first line with a text has most of, outside of quotes. */
const delimiterOf = (text: string): string => {
  const [first = ''] = text.replace(/^\s*\n/, '').split('\n', 1);
  const bare = first.replace(/"[^"]*"/g, '');
  const counts = delimiters.map((delimiter) => bare.split(delimiter).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
};

/** Reads a table with commas, semicolons or tabs: each field with its place. Empty lines are left out. */
export const csvRecords = (
  written: string,
): { readonly records: readonly TableRecord[] } | { readonly line: number; readonly problem: string } => {
  const text = written
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(ofExcel, '\n');
  const long = text.split('\n').findIndex(({ length }) => length > mostCharacters);
  if (long >= 0) return { line: long + 1, problem: tooLong };
  const delimiter = delimiterOf(text);
  const read: { readonly record: readonly string[]; readonly raw: string }[] = [];
  try {
    parse(text, {
      ...{
        delimiter,
        relax_column_count: true,
        raw: true,
        max_record_size: mostCharacters,
        trim: true,
        to: mostRecords,
      },
      onRecord: (record: unknown) => {
        read.push(record as (typeof read)[number]);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { line: linesIn(read.map(({ raw }) => raw).join('')) + 1, problem: problemOf(error) };
  }
  let line = 1;
  const records = read.map(({ record, raw }): TableRecord => {
    const places = placesIn(raw, delimiter, line);
    line += linesIn(raw);
    return record.map((value, index) => ({ value, ...places[index]! }));
  });
  return { records: records.filter((record) => record.some(({ value }) => value !== '')) };
};

const linesIn = (text: string): number => text.split('\n').length - 1;

const problemOf = ({ code }: CsvError): string => {
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'a quote opens here, and no quote closes it';
  if (code === 'CSV_MAX_RECORD_SIZE') return tooLong;
  return 'a quote stands inside a value; put the whole value in quotes, and write "" for a quote in it';
};

/** Where each field of a record begins. */
const placesIn = (raw: string, delimiter: string, firstLine: number): readonly Omit<TableField, 'value'>[] => {
  const places = [{ line: firstLine, column: 1 }];
  let [line, column, isQuoted] = [firstLine, 1, false];
  for (const character of raw) {
    column += 1;
    if (character === '"') isQuoted = !isQuoted;
    if (character === '\n') [line, column] = [line + 1, 1];
    if (character === delimiter && !isQuoted) places.push({ line, column });
  }
  return places;
};
