/** As what keys and values can be asked to be read; `auto` finds out. Data only: the command line declares options of it. */
export const wishes = ['auto', 'json', 'text', 'messagepack', 'integer', 'hex'] as const

export type Wish = (typeof wishes)[number]
