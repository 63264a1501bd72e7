/** After the way to another screen the focus stands at its beginning, and its name is read out. */
import { useRouter } from '@tanstack/react-router'
import { type RefObject, useEffect } from 'react'

export const useArrival = (main: RefObject<HTMLElement | null>): void => {
  const router = useRouter()
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (fromLocation !== undefined && pathChanged) main.current?.focus({ preventScroll: true })
      }),
    [router, main],
  )
}
