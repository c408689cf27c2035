// Loads bundles as Lambda does, with plain Node, and calls task functions with no input.
import { text } from 'node:stream/consumers';

const told = {};
for (const { stem, url, environment, isTask } of JSON.parse(await text(process.stdin))) {
  Object.assign(process.env, environment);
  const { handler } = await import(url);
  told[stem] = isTask ? await handler({}, {}).catch(({ name }) => name) : typeof handler;
  for (const name of Object.keys(environment)) delete process.env[name];
}
process.stdout.write(JSON.stringify(told));
