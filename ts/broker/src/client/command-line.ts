/** Who commands of ours say that they are (client.id). What they commit from outside of a group is a reset, wherever it goes. */
export const COMMAND_LINE = 'millrace-cli'
