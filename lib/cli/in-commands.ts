/** A route that messages of the API name, and the command that does the same. The first that fits is taken. */
const commands: readonly (readonly [route: RegExp, command: string])[] = [
  [/\bPOST \/batches\/plan\b/g, 'flotilla plan'],
  [/\bGET \/batches\/\{id\}/g, 'flotilla status'],
  [/\bGET \/batches\b(?!\/)/g, 'flotilla list'],
  [/\bGET \/targets\b(?!\/)/g, 'flotilla targets'],
  [/\bGET \/holds\b(?!\/)/g, 'flotilla holds'],
  [/\bGET \/api\/v1\/deployments\/requests\b(?!\/)/g, 'flotilla requests list'],
  [/\bGET \/api\/v1\/deployments\/([^\s/.]+)/g, 'flotilla requests show $1 --deployment'],
];

/** A message of the API in the words of the command line: nobody who types commands asks routes. */
export const inCommands = (text: string): string =>
  commands.reduce((told, [route, command]) => told.replace(route, command), text);
