import { defineConfig } from 'vitest/config';

if (Number(process.versions.node.split('.')[0]) < 24) {
  throw new Error(`The tests need Node 24, this is ${process.version}: npm ci installs it, and npm test runs on it.`);
}

/** Importing it makes the functions of the whole process log as they do on Lambda. */
const telemetry = 'test/functions/telemetry.test.ts';
/** No test depends on how fast the machine is: these only end what hangs. */
const common = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 300_000 } } };

export default defineConfig({
  test: {
    maxWorkers: 3, // some tests wait for other processes
    experimental: { viteModuleRunner: false }, // Node runs the tests as it runs the program; a sixth faster, too
    projects: [
      { test: { ...common, name: 'telemetry', include: [telemetry] } },
      {
        test: {
          ...common,
          name: 'all',
          include: ['test/**/*.test.ts'],
          setupFiles: ['test/hold-answers.ts'],
          exclude: [telemetry, 'test/**/*.thorough.test.ts'], // those wait longer than they work: `npm run test:thorough`
          isolate: false, // half of the time would go into loading the same modules again
        },
      },
    ],
  },
});
