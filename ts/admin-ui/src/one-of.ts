/** What comes from an address or from storage, as one of the values that are known. */
export const oneOf = <const Known extends readonly string[], Fallback extends Known[number] | ''>(
  known: Known,
  value: unknown,
  fallback: Fallback,
): Known[number] | Fallback => known.find((each) => each === value) ?? fallback
