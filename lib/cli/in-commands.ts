/** A route in the API's messages, and the command that does the same. The first match wins. */
const commands: readonly (readonly [route: RegExp, command: string])[] = [
  [/\bPOST \/batches\/plan\b/g, 'flotilla plan'],
  [/\bGET \/batches\/\{id\}/g, 'flotilla status'],
  [/\bGET \/batches\b(?!\/)/g, 'flotilla list'],
  [/\bGET \/targets\b(?!\/)/g, 'flotilla targets'],
  [/\bGET \/holds\b(?!\/)/g, 'flotilla holds'],
  [/\bGET \/api\/v1\/deployments\/requests\b(?!\/)/g, 'flotilla requests list'],
  [/\bGET \/api\/v1\/deployments\/([^\s/.]+)/g, 'flotilla requests show $1 --deployment'],
];

/** Replaces routes in an API message by commands, for users of the command line. */
export const inCommands = (text: string): string =>
  commands.reduce((told, [route, command]) => told.replace(route, command), text);
