import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './project.ts';

/** Every class of a text by its name, with the number of its lines. A class begins and ends in the first column. */
const classesOf = (text: string): readonly (readonly [string, number])[] =>
  [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)[\s\S]*?^\}$/gm)].map(([whole, name = '']) => [
    name,
    whole.split('\n').length,
  ]);

const classes = globSync('lib/infra/**/*.ts', { cwd: root }).flatMap((file) =>
  classesOf(readFileSync(join(root, file), 'utf8')),
);

it('has constructs of 60 lines at most', () => {
  expect(classes.map(([name]) => name)).toEqual(expect.arrayContaining(['StateStack', 'ApplicationStack', 'Handler']));
  expect(classes.filter(([, lines]) => lines > 60)).toEqual([]);
});

it('counts each class of a file for itself', () => {
  const text = ['export class A extends B {', '  x() {', '  }', '}', '', 'class C {', '}', ''].join('\n');
  expect(classesOf(text)).toEqual([
    ['A', 4],
    ['C', 2],
  ]);
});
