/** On whose behalf something is changed. */
export interface Actor {
  readonly principal: string
  readonly clientId: string | null
  readonly address: string
}
