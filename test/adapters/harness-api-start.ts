import { anyTime, executorOf, requestOf } from '../executors/harness-fixtures.ts';

/** A separate process for the TLS test: starts one run at the given address, and prints the result. */
const result = await executorOf(process.argv[2] ?? '').start(requestOf(), anyTime);
process.stdout.write(JSON.stringify(result));
