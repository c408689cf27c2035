#!/bin/sh
# Cron expressions in schedules and freezes: croner takes an hour field with a time in it, which is no cron expression, and then never runs.
#
# Versions: croner 11.0.1, cron-parser 5.10.6 (npm).
# Input: `0 9-17:30 * * *`, as somebody writes "from nine to half past five".
# Seen: croner makes a job of it without an error and says null for its next run; `0 9-17.5 * * *` it refuses for its characters. cron-parser
# refuses both. So a schedule that was taken is not yet one that runs: ask for its next run when it is written.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund croner@11.0.1 cron-parser@5.10.6

cat > ask.mjs <<'JS'
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
const [, , library, expression] = process.argv;
const from = new Date('2026-11-30T00:00:00Z');
const next = {
  croner: () => String(new Cron(expression, { timezone: 'UTC' }).nextRun(from)?.toISOString() ?? null),
  'cron-parser': () => CronExpressionParser.parse(expression, { currentDate: from, tz: 'UTC' }).next().toDate().toISOString(),
};
try {
  console.log(next[library]());
} catch {
  console.log('refused');
}
JS
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
told 'croner, 9-17' "$(node ask.mjs croner '0 9-17 * * *')" 2026-11-30T09:00:00.000Z
told 'croner, 9-17:30' "$(node ask.mjs croner '0 9-17:30 * * *')" null
told 'croner, 9-17.5' "$(node ask.mjs croner '0 9-17.5 * * *')" refused
told 'cron-parser, 9-17:30' "$(node ask.mjs cron-parser '0 9-17:30 * * *')" refused
