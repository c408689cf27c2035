import { expect, test } from 'vitest';
import { shownValue } from '../../lib/cli/shown-value.ts';

test.each<[string, string, string]>([
  ['PYTHON', '/opt/tools/python3', '/opt/tools/python3'],
  ['PYTHON', './tools/python', './tools/python'],
  ['PYTHON', '../python', '../python'],
  ['PYTHON', '~/bin/python', '~/bin/python'],
  ['PYTHON', '//opt/python', '//opt/python'],
  ['STARTUP', 'first.py', 'first.py'],
  ['STARTUP', 'tools/first.py', 'tools/first.py'],
  ['PATH', 'bin:/usr/bin', 'bin:/usr/bin'],
  ['LD_PRELOAD', 'wrap', 'wrap'],
  ['OPTIONS', '--require ./first.js', '… ./first.js'],
  ['OPTIONS', '--import=file:///opt/first.mjs', '…=…:///opt/first.mjs'],
  ['OPTIONS', '/opt/first.js abc', '/opt/first.js …'],
])('shows %s=%s as %s: it may affect what runs', (name, value, shown) => {
  expect(shownValue(name, value)).toBe(shown);
});

test.each<[string, string]>([
  ['SIGN', 'abc'],
  ['PROFILE', 'prod'],
  ['EMPTY', ''],
  ['SIGN', 'abc/def'],
  ['SIGN', '/abc+def'],
  ['SIGN', `aaaa.bbbb.${'c'.repeat(43)}`],
  ['SIGN', 'first:second, third=fourth'],
  ['SECRET_ACCESS_KEY', '/abc/def'],
  ['PROXY', 'https://ada:abc@proxy.example/first.js'],
  ['HOOK', 'https://hooks.example/abc/def'],
  ['SITE_HOME', 'https://ada:abc@site.example'],
])('hides %s=%s: it may be a secret', (name, value) => {
  expect(shownValue(name, value)).toBe('…');
});
