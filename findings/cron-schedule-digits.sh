#!/bin/sh
# Cron expressions in schedules and freezes: cron-schedule reads only the digits that a field begins with, and silently drops the rest.
#
# Versions: cron-schedule 6.0.0, cron-parser 5.10.6 (npm).
# Input: `0 9 * * 1#2`, the second Monday of a month, and `0 9 * * 5L`, its last Friday, as Quartz and others write them.
# Seen: cron-schedule takes both and gives every Monday and every Friday. It refuses `mon#1`, so this is no rule for the mark. cron-parser
# gives 14 December 2026 and 25 December 2026, as meant.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund cron-schedule@6.0.0 cron-parser@5.10.6

cat > ask.mjs <<'JS'
import { CronExpressionParser } from 'cron-parser';
import { parseCronExpression } from 'cron-schedule';
const [, , library, expression] = process.argv;
const from = new Date('2026-11-30T12:00:00Z');
const twice = {
  'cron-schedule': () => parseCronExpression(expression).getNextDates(2, from),
  'cron-parser': () => CronExpressionParser.parse(expression, { currentDate: from, tz: 'UTC' }).take(2).map((date) => date.toDate()),
};
try {
  console.log(twice[library]().map((date) => date.toISOString().slice(0, 10)).join(' '));
} catch (error) {
  console.log('refused');
}
JS
told() { printf '%s: %s\n' "$1" "$2"; [ "$2" = "$3" ] || { echo "changed: expected $3"; exit 1; }; }
ask() { TZ=UTC node ask.mjs "$1" "$2"; }
told 'cron-schedule, second Monday' "$(ask cron-schedule '0 9 * * 1#2')" '2026-12-07 2026-12-14'
told 'cron-parser, second Monday' "$(ask cron-parser '0 9 * * 1#2')" '2026-12-14 2027-01-11'
told 'cron-schedule, last Friday' "$(ask cron-schedule '0 9 * * 5L')" '2026-12-04 2026-12-11'
told 'cron-parser, last Friday' "$(ask cron-parser '0 9 * * 5L')" '2026-12-25 2027-01-29'
told 'cron-schedule, first Monday by name' "$(ask cron-schedule '0 9 * * mon#1')" refused
