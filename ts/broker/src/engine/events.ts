/** What the engine tells on its own. */
export type EngineEvent =
  | { readonly type: 'connection-closed'; readonly connectionId: number }
  /** Before it could ask anything, or because of what it sent; the reason is a line for the log. */
  | { readonly type: 'connection-refused'; readonly clientAddress: string; readonly reason: string }
