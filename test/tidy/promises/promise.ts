// What the console and the command line are to do, demand by demand: proved by tests that have a name, or said to be open.

/** A file, and the title of a test in it as the source has it, or as it reads with the values of one of its rows. */
export type NamedTest = readonly [file: string, title: string]

export type Promised = {
  readonly what: string
} & (
  | { readonly tests: readonly NamedTest[] }
  /** Not there; the text says why, or what there is instead. */
  | { readonly absent: string }
  /** There, and no test shows it; the text says what is shown, and what not. */
  | { readonly untested: string }
)
