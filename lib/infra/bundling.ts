import { type BundlingOptions, OutputFormat, SourceMapMode } from 'aws-cdk-lib/aws-lambda-nodejs';

/** Dependencies that are still CommonJS call `require`, which an ESM bundle does not have. */
const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/**
 * How a handler becomes one file. The SDK is bundled: it loads as fast as the one of the runtime, and its version is the
 * one that was tested. Source maps are kept beside the assets, in `source-maps/`: inside, they would double what is loaded.
 */
export const bundlingOf = (stem: string): BundlingOptions => ({
  format: OutputFormat.ESM,
  mainFields: ['module', 'main'],
  target: 'node24',
  minify: true,
  bundleAwsSDK: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.EXTERNAL,
  sourcesContent: false,
  banner,
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_input, output) => [
      `mkdir -p "${output}/../source-maps"`,
      `mv "${output}/index.mjs.map" "${output}/../source-maps/${stem}.mjs.map"`,
    ],
  },
});
