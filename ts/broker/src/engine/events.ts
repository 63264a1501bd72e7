/** What the engine tells on its own. */
export type EngineEvent = { readonly type: 'connection-closed'; readonly connectionId: number }
