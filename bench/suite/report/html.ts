/** Text that is markup already. */
export interface Html {
  readonly markup: string
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

/** Markup with what is put in escaped, unless it is markup itself. */
export const html = (parts: TemplateStringsArray, ...values: readonly (Html | string | number)[]): Html => ({
  markup: parts.reduce((text, part, at) => {
    const value = values[at - 1] ?? ''
    return text + (typeof value === 'object' ? value.markup : escaped(String(value))) + part
  }),
})

export const raw = (markup: string): Html => ({ markup })

export const join = (items: readonly Html[]): Html => raw(items.map(({ markup }) => markup).join('\n'))
