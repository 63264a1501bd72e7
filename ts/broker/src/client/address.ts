/** Where a broker is. */
export interface Address {
  readonly host: string
  readonly port: number
}

export const showAddress = ({ host, port }: Address): string => `${host.includes(':') ? `[${host}]` : host}:${port}`
