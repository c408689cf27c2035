// Loads bundles as Lambda does, without anything between them and Node, and calls those that tasks call with nothing.
import { text } from 'node:stream/consumers';

const told = {};
for (const { stem, url, environment, isTask } of JSON.parse(await text(process.stdin))) {
  Object.assign(process.env, environment);
  const { handler } = await import(url);
  told[stem] = isTask ? await handler({}, {}).catch(({ name }) => name) : typeof handler;
  for (const name of Object.keys(environment)) delete process.env[name];
}
process.stdout.write(JSON.stringify(told));
