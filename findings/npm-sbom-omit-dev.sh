#!/bin/sh
# `npm sbom --omit dev` leaves out packages of production that a package of development needs too.
#
# Version: npm 11.19.1 (the same in 10.8.2), on Node 20 or later, 29 November 2026.
# A bill of materials without development is to name what `npm ls --omit=dev` names and `npm ci --omit=dev` installs.
# Seen: picocolors is a dependency of the application and of its development dependency postcss. `npm ls --omit=dev` names it and
# ulid, which nobody else needs; `npm sbom --omit dev` names ulid only, in CycloneDX and in SPDX, with --package-lock-only too.
# Who looks for a hole of a package in such a bill does not find the package. The whole bill, without --omit, has both, and marks
# those that are of development only.
# This script exits with 0 while that is so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > package.json <<'PACKAGE'
{
  "name": "application",
  "version": "1.0.0",
  "private": true,
  "license": "MIT",
  "dependencies": { "picocolors": "1.1.1", "ulid": "3.0.2" },
  "devDependencies": { "npm": "11.19.1", "postcss": "8.5.6" }
}
PACKAGE
npm install --no-audit --no-fund --silent
npm=node_modules/.bin/npm
named() { grep -o 'pkg:npm/[^"]*@[0-9.]*' | sort -u | tr '\n' ' '; }

ls=$("$npm" ls --omit=dev --parseable | sed -n 's,.*/node_modules/,,p' | sort | tr '\n' ' ')
echo "ls --omit=dev:                  $ls"
[ "$ls" = 'picocolors ulid ' ] || { echo 'changed: npm ls names others'; exit 1; }
for options in '--sbom-format cyclonedx' '--sbom-format spdx' '--sbom-format cyclonedx --package-lock-only'; do
  # shellcheck disable=SC2086
  bill=$("$npm" sbom --omit dev $options | named)
  echo "sbom --omit dev $options: $bill"
  case $bill in
    *picocolors*) echo 'changed: picocolors is named'; exit 1 ;;
    *ulid@3.0.2*) ;;
    *) echo 'changed: ulid is not named'; exit 1 ;;
  esac
done
"$npm" sbom --sbom-format cyclonedx | named | grep -q picocolors@1.1.1 || { echo 'changed: the whole bill lacks it too'; exit 1; }
