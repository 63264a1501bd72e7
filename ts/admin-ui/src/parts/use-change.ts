/** The address holds what a view shows: this changes some of it and keeps the rest. */
import { useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'

export type Change<Search> = (changed: Partial<Search>, how?: { readonly replace: boolean }) => void

/** `replace` keeps what is typed letter by letter out of the way back. */
export const useChange = <Search extends object>(): Change<Search> => {
  const navigate = useNavigate()
  return useCallback(
    (changed, how) => void navigate({ to: '.', search: (now: object) => ({ ...now, ...changed }), ...how }),
    [navigate],
  )
}
