/** The value of a key as it is shown: one that is empty is seen, and one that is not set. */
export const valueText = (value: string | null): string => (value === '' ? '""' : (value ?? '-'))
