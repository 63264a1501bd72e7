/** Each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

export const mayActAs = (own: Role, wanted: Role): boolean => roles.indexOf(own) >= roles.indexOf(wanted)
