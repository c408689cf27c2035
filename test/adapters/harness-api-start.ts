import { anyTime, executorOf, requestOf } from '../executors/harness-fixtures.ts';

/** A process of its own for the TLS test: starts one run at the address it is given, prints the result. */
const result = await executorOf(process.argv[2] ?? '').start(requestOf(), anyTime);
process.stdout.write(JSON.stringify(result));
